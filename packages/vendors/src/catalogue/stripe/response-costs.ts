import type { VendorAnswer } from "../../answer.ts";
import type { Exchange } from "../../currency.ts";
import type { Cost } from "../../quote.ts";
import { readPointer } from "../../reading/json-body.ts";
import { readCost } from "./amounts.ts";

interface ShownCost {
  /** Where an object of this type shows its amounts. The largest is what it costs. */
  pointers: readonly string[];
  /** Whether the amount can still grow after the response: by the payer, by a tax, by later items. */
  grows?: true;
}

const AMOUNT: ShownCost = { pointers: ["/amount"] };

const SHOWN: ReadonlyMap<string, ShownCost> = new Map(
  Object.entries<ShownCost>({
    charge: { pointers: ["/amount", "/amount_captured"] },
    "checkout.session": { pointers: ["/amount_total"], grows: true },
    "climate.order": { pointers: ["/amount_total"] },
    credit_note: AMOUNT,
    fee_refund: AMOUNT,
    invoice: { pointers: ["/amount_due", "/amount_paid"], grows: true },
    payment_intent: { pointers: ["/amount", "/amount_received"] },
    payout: AMOUNT,
    quote: { pointers: ["/amount_total"], grows: true },
    refund: AMOUNT,
    topup: AMOUNT,
    transfer: AMOUNT,
    transfer_reversal: AMOUNT,
    "treasury.inbound_transfer": AMOUNT,
    "treasury.outbound_payment": AMOUNT,
    "treasury.outbound_transfer": AMOUNT,
  }),
);

/**
 * What a response shows of the cost of a call that had no price. It isn't set off against what was counted of the object
 * before: an unknown call might move its money again.
 */
export function readResponseCost(answer: VendorAnswer, exchange: Exchange): Cost | undefined {
  const type = readPointer(answer.json, "/object");
  const shown = typeof type === "string" ? SHOWN.get(type) : undefined;
  const cost = shown && readCost(answer, exchange, shown.pointers);
  return cost && shown?.grows ? { ...cost, atLeast: true } : cost;
}
