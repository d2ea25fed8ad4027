import type { PriceBook } from "./price-book.ts";

/** What an operator may tell a built-in vendor. */
export interface VendorSettings {
  /** The origin that the operator gave, if any. */
  upstream: string | undefined;
  prices: PriceBook;
  /** The currency of amounts that name none, such as a shop's own. */
  currency: string | undefined;
}
