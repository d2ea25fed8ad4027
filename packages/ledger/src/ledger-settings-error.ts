/** Thrown when the settings of a ledger are wrong. The message names the setting, and no value: it may be a password. */
export class LedgerSettingsError extends Error {
  override readonly name = "LedgerSettingsError";
}
