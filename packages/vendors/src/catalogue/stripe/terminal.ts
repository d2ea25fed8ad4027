import type { PricedCall, RouteDefinition } from "../../define-vendor.ts";
import { type Quote, UNPRICED } from "../../quote.ts";
import { readFormScalar } from "../../reading/form-body.ts";
import { readPlainId } from "./fields.ts";
import { priceIntent } from "./payment-intents.ts";

/** A reader pays an intent: its amount stands neither in the call nor in the answer, which shows the reader. */
export const TERMINAL_ROUTES: RouteDefinition[] = [
  {
    match: [
      "POST /v1/terminal/readers/*/collect_payment_method",
      "POST /v1/terminal/readers/*/confirm_payment_intent",
      "POST /v1/terminal/readers/*/process_payment_intent",
    ],
    body: "form",
    price: priceReader,
    continues: true,
  },
];

async function priceReader(call: PricedCall): Promise<Quote> {
  const id = readFormScalar(call.form, "payment_intent");
  if (id === undefined) return UNPRICED;
  const price = await priceIntent(call, readPlainId(id));
  if (price.kind !== "amount") return price;
  const { microUsd } = price;
  return { ...price, toActual: () => ({ microUsd, objectId: id }) };
}
