export type { Fault, FaultMatch } from "./faults.ts";
export type { LedgerEntry, LedgerSummary } from "./ledger.ts";
export {
  type ResendSandbox,
  type ResendSandboxOptions,
  startResendSandbox,
} from "./resend/start-resend-sandbox.ts";
export type { Sandbox, SandboxOptions, SandboxRequest } from "./sandbox-server.ts";
export {
  type StripeSandbox,
  type StripeSandboxOptions,
  startStripeSandbox,
} from "./stripe/start-stripe-sandbox.ts";
export type { TwilioPriceBook } from "./twilio/price-book.ts";
export {
  startTwilioSandbox,
  type TwilioPrice,
  type TwilioSandbox,
  type TwilioSandboxOptions,
} from "./twilio/start-twilio-sandbox.ts";
