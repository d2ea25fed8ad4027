import { LedgerSettingsError } from "@keybrake/ledger";
import { VendorSettingsError } from "@keybrake/vendors";

/** A wrong configuration. The message is one sentence that names the place, and no value: it may be a secret. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/**
 * Runs what reads settings from the configuration.
 *
 * @throws {ConfigError} the ledger or a vendor can't use its settings
 */
export function readSettings<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (error instanceof LedgerSettingsError || error instanceof VendorSettingsError) {
      throw new ConfigError(error.message);
    }
    throw error;
  }
}

export function firstLine({ message }: Error): string {
  return message.split("\n", 1)[0] ?? "";
}
