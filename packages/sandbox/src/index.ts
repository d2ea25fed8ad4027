export type { Fault, FaultMatch } from "./faults.ts";
export type { LedgerEntry, LedgerSummary } from "./ledger.ts";
export {
  type ResendSandbox,
  type ResendSandboxOptions,
  startResendSandbox,
} from "./resend/start-resend-sandbox.ts";
export type { SandboxRequest } from "./sandbox-request.ts";
export type { Sandbox, SandboxOptions } from "./sandbox-server.ts";
export type { ShopifyOrderSeed } from "./shopify/order.ts";
export {
  type ShopifySandbox,
  type ShopifySandboxOptions,
  startShopifySandbox,
} from "./shopify/start-shopify-sandbox.ts";
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
