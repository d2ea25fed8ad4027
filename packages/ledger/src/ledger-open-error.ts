/** A store can't be opened: another process has it, it is of another version, or it is no ledger at all. */
export class LedgerOpenError extends Error {
  override name = "LedgerOpenError";
}
