import type { Ledger } from "../ledger.ts";

/** Operations of a ledger, as functions that answer at once. */
export type OperationsNamed<Name extends keyof Ledger> = {
  [Operation in Name]: (...args: Parameters<Ledger[Operation]>) => Awaited<ReturnType<Ledger[Operation]>>;
};
