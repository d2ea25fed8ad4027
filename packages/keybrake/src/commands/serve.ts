import { ConfigError, createProxy } from "@keybrake/proxy";
import type { Command } from "commander";
import { reportInternalError } from "../failure.ts";
import { createOutput } from "../output.ts";
import { DEFAULT_FILE, readConfig } from "../read-config.ts";
import { runUntilSignal } from "../run-until-signal.ts";

interface ServeOptions {
  config?: string;
  json?: boolean;
}

/** `keybrake serve`: the proxy, from a configuration file. */
export function addServeCommand(program: Command): void {
  program
    .command("serve")
    .description("run the proxy from a configuration file")
    .option("-c, --config <file>", `JSON, or a module with a default export (default: ${DEFAULT_FILE})`)
    .option("--json", "print JSON lines for machines: the start, then each call")
    .addHelpText(
      "after",
      `
A secret in the file is "env:NAME", read from the environment, or "file:PATH".
The ledger is kept in ./keybrake.db, or where "store" says: "sqlite:PATH", "redis://HOST"
to share it among many, or "memory" to forget it at the end.
The first SIGINT or SIGTERM lets the calls at vendors finish; a second one ends at once.

Examples:
  keybrake serve
  keybrake serve --config prod.json
  KEYBRAKE_TOKEN=... STRIPE_SECRET_KEY=... keybrake serve --json >> calls.log`,
    )
    .action(serve);
}

async function serve({ config: file, json = false }: ServeOptions): Promise<void> {
  const config = await readConfig(file);
  if (Object.keys(config.vendors ?? {}).length === 0) {
    throw new ConfigError("vendors: none is configured, so there is nothing to proxy");
  }
  const output = createOutput(process.stdout, { json });
  const proxy = createProxy(config, {
    onInternalError: reportInternalError,
    ...(json ? { onCall: output.writeCall } : {}),
  });
  await runUntilSignal(proxy, output, ({ url, vendors }) => {
    const own = Object.entries(vendors).map(([name, vendorUrl]) => `, ${name} on ${vendorUrl}`);
    output.write(`Keybrake listens on ${url}${own.join("")}`, { event: "ready", url, vendors });
  });
}
