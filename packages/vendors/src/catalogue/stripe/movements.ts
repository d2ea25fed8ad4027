import type { PricedCall, RouteDefinition } from "../../define-vendor.ts";
import { readFormScalar } from "../../reading/form-body.ts";
import { priceAmount, priceOptionalAmount, priceRest } from "./amounts.ts";
import { readPlainId } from "./fields.ts";

/** Money between accounts: transfers, payouts, top-ups, and what Treasury moves. */
export const MOVEMENT_ROUTES: RouteDefinition[] = [
  {
    match: [
      "POST /v1/payouts",
      "POST /v1/topups",
      "POST /v1/treasury/inbound_transfers",
      "POST /v1/treasury/outbound_payments",
      "POST /v1/treasury/outbound_transfers",
    ],
    body: "form",
    price: priceAmount,
  },
  // Without an amount, all of the transaction that is its source.
  { match: ["POST /v1/transfers"], body: "form", price: priceOptionalAmount },
  {
    match: ["POST /v1/payouts/*/reverse"],
    body: "form",
    price: priceRest(({ segments }) => `/v1/payouts/${readPlainId(segments[2])}`, "/amount_reversed"),
  },
  {
    match: ["POST /v1/treasury/credit_reversals"],
    body: "form",
    price: priceRest((call) => toTreasuryPath(call, "received_credit"), "/amount_reversed"),
  },
  {
    match: ["POST /v1/treasury/debit_reversals"],
    body: "form",
    price: priceRest((call) => toTreasuryPath(call, "received_debit"), "/amount_reversed"),
  },
];

function toTreasuryPath({ form }: PricedCall, kind: string): string | undefined {
  const id = readFormScalar(form, kind);
  return id === undefined ? undefined : `/v1/treasury/${kind}s/${readPlainId(id)}`;
}
