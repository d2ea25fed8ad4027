import type { PriceBook } from "./price-book.ts";

/** What an operator may tell a built-in vendor. */
export interface VendorSettings {
  /** The origin that the operator gave, if any. */
  upstream: string | undefined;
  prices: PriceBook;
  /** The currency of amounts that name none, such as a shop's own. */
  currency: string | undefined;
  /** The public half of the credential: a Twilio AccountSid, an OAuth client id; empty where there is none. */
  credentialId: string;
  /** The account that each credential acts on: what the operator named, or else the credential's own public half. */
  accounts: { live: string; test: string };
}
