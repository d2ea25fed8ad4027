import type { Money } from "./money.ts";

/** Amounts are minor units of `currency`, the customer's. */
export interface Order {
  readonly gid: string;
  readonly name: string;
  readonly currency: string;
  readonly totalMinor: number;
  readonly shopTotalMinor: number;
  readonly createdAtMs: number;
  cancelledAtMs: number | undefined;
  /** Held on the card, and not captured yet. */
  authorizedMinor: number;
  receivedMinor: number;
  refundedMinor: number;
  readonly transactions: Transaction[];
}

export interface Transaction {
  readonly id: string;
  readonly kind: "AUTHORIZATION" | "CAPTURE" | "SALE" | "REFUND" | "VOID";
  readonly minor: number;
  readonly createdAtMs: number;
}

export interface GiftCard {
  readonly gid: string;
  readonly value: Money;
}

/** One customer's credit in one currency. */
export interface StoreCreditAccount {
  readonly gid: string;
  readonly owner: string;
  readonly currency: string;
  balanceMinor: number;
}

/** Amounts are minor units of the shop's currency. */
export interface DraftOrder {
  readonly gid: string;
  /** Before discounts. */
  readonly valueMinor: number;
  readonly discountMinor: number;
  status: "OPEN" | "INVOICE_SENT" | "COMPLETED";
}
