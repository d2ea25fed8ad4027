export type { Fault, FaultMatch } from "./faults.ts";
export type { LedgerEntry, LedgerSummary } from "./ledger.ts";
export type { Sandbox, SandboxRequest } from "./sandbox-server.ts";
export {
  type StripeSandbox,
  type StripeSandboxOptions,
  startStripeSandbox,
} from "./stripe/start-stripe-sandbox.ts";
