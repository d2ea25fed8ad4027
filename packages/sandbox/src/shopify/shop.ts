import type { Effect } from "../ledger.ts";
import type { DraftOrder, GiftCard, Order, StoreCreditAccount } from "./objects.ts";
import type { KeptPayload } from "./payload.ts";

/** Everything behind one store. */
export interface Shop {
  readonly name: string;
  readonly domain: string;
  readonly currency: string;
  /** Access tokens, and when they end; never, if undefined. */
  readonly tokens: Map<string, number | undefined>;
  /** By gid, oldest first. */
  readonly orders: Map<string, Order>;
  /** By code. */
  readonly giftCards: Map<string, GiftCard>;
  /** By gid. */
  readonly storeCredit: Map<string, StoreCreditAccount>;
  /** By gid. */
  readonly draftOrders: Map<string, DraftOrder>;
  readonly discountCodes: Set<string>;
  /** What mutations answered, by idempotency key. */
  readonly kept: Map<string, KeptPayload>;
  /** `Refund` → `gid://shopify/Refund/12`. */
  newGid(type: string): string;
}

/** Money that moved. The amount is in the customer's currency where there is a customer. */
export type MoneyEffect = Pick<Effect, "objectId" | "kind" | "amountMinor" | "currency" | "metadata">;

/** One request to the GraphQL endpoint: the context of every resolver. */
export interface ShopifyCall {
  readonly shop: Shop;
  readonly nowMs: number;
  /** The API version in the path. */
  readonly version: string;
  record(effect: MoneyEffect, idempotencyKey: string | undefined): void;
}

/** One mutation field of a request. */
export interface MutationCall {
  readonly shop: Shop;
  readonly nowMs: number;
  record(effect: MoneyEffect): void;
}
