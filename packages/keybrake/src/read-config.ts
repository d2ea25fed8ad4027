import { existsSync } from "node:fs";
import { ConfigError, type ProxyConfig, readConfigFile } from "@keybrake/proxy";

export const DEFAULT_FILE = "keybrake.config.json";

/**
 * Reads the configuration of a command; where it names no store, the ledger is a file in the current folder.
 *
 * @param file default: that of this folder
 * @throws {ConfigError} there is none, or it is not readable
 */
export async function readConfig(file: string | undefined): Promise<ProxyConfig & { store: string }> {
  if (file === undefined && !existsSync(DEFAULT_FILE)) {
    throw new ConfigError(`there is no ${DEFAULT_FILE} here, so name a file with --config FILE`);
  }
  const config = await readConfigFile(file ?? DEFAULT_FILE);
  if (typeof config !== "object" || config === null) {
    throw new ConfigError(`${file ?? DEFAULT_FILE} holds no object`);
  }
  // Only claimed to be one: whoever uses a field of it checks it.
  const { store = "sqlite:./keybrake.db", ...rest } = config as ProxyConfig;
  return { store, ...rest };
}
