import type { PricedCall, Pricer, RouteDefinition } from "../../define-vendor.ts";
import { FREE, type Quote, UNPRICED } from "../../quote.ts";
import { getFormNames, readFormScalar } from "../../reading/form-body.ts";
import { readPointer, toLexeme } from "../../reading/json-body.ts";
import { Unreadable } from "../../reading/unreadable.ts";
import { type AmountRest, readCurrency, readObjectCost, toPrice } from "./amounts.ts";
import { readPlainId } from "./fields.ts";
import { priceObject } from "./object-price.ts";

// A reader's tip may raise what is received above the intent's amount, so the larger of both is the cost.
const POINTERS = ["/amount", "/amount_received"];

// Parts of the amount, never more than it. https://docs.stripe.com/api/payment_intents/create
const PARTS = ["amount_details", "application_fee_amount"];

/**
 * An intent counts in full when it is created, for its payer may confirm it without passing the proxy; what comes
 * after counts only as far as it raises the amount.
 */
export const PAYMENT_INTENT_ROUTES: RouteDefinition[] = [
  { match: ["POST /v1/payment_intents"], body: "form", price: priceCreation },
  {
    match: ["POST /v1/payment_intents/*/confirm"],
    body: "form",
    price: priceStep("amount_to_confirm"),
    continues: true,
  },
  {
    match: ["POST /v1/payment_intents/*/capture"],
    body: "form",
    price: priceStep("amount_to_capture"),
    continues: true,
  },
  {
    match: ["POST /v1/payment_intents/*/increment_authorization"],
    body: "form",
    price: priceIncrement,
    continues: true,
  },
  {
    match: ["POST /v1/payment_intents/*/apply_customer_balance"],
    body: "form",
    price: priceStep("amount"),
    continues: true,
  },
  {
    match: ["POST /v1/payment_intents/*/verify_microdeposits"],
    body: "form",
    price: priceStep("amounts"),
    continues: true,
  },
  { match: ["POST /v1/payment_intents/*/cancel"], price: "free" },
  { match: ["POST /v1/payment_intents/*/*"], price: "unpriced" },
  { match: ["POST /v1/payment_intents/*"], body: "form", price: priceUpdate, continues: true },
];

/** Whatever pays an intent by its id: what it may cost, as the ledger knows it or as Stripe shows it. */
export function priceIntent(call: PricedCall, id: string, named?: string): Promise<Quote> {
  return priceObject(call, { id, path: toPath(id), pointers: POINTERS, named });
}

function priceCreation({ form, exchange }: PricedCall): Quote {
  refuseOtherAmounts(form, "amount");
  const amount = readFormScalar(form, "amount");
  if (amount === undefined) throw new Unreadable("amount is missing");
  const toActual: AmountRest["toActual"] = (answer) => readObjectCost(answer, exchange, POINTERS);
  return toPrice(amount, readCurrency(readFormScalar(form, "currency")), exchange, { toActual });
}

function priceStep(amountField: "amount" | "amount_to_confirm" | "amount_to_capture" | "amounts"): Pricer {
  return (call) => {
    refuseOtherAmounts(call.form, amountField);
    // Of microdeposits the amounts are what the bank account got: they only prove that it is the payer's.
    const named = amountField === "amounts" ? undefined : readFormScalar(call.form, amountField);
    return priceIntent(call, readId(call), named);
  };
}

/** The amount of an increment is the new total. */
function priceIncrement(call: PricedCall): Promise<Quote> {
  refuseOtherAmounts(call.form, "amount");
  const total = readFormScalar(call.form, "amount");
  if (total === undefined) throw new Unreadable("amount is missing");
  return priceIntent(call, readId(call), total);
}

/** An update sets the amount, the currency, or both; what it leaves out stays as it is at Stripe. */
async function priceUpdate(call: PricedCall): Promise<Quote> {
  const { form, exchange } = call;
  refuseOtherAmounts(form, "amount");
  const id = readId(call);
  const amount = readFormScalar(form, "amount");
  const currency = readFormScalar(form, "currency");
  if (amount === undefined && currency === undefined) return FREE;
  const shown = amount === undefined || currency === undefined ? await call.lookUp(toPath(id)) : undefined;
  const newAmount = amount ?? toLexeme(readPointer(shown, "/amount"));
  const newCurrency = currency ?? toLexeme(readPointer(shown, "/currency"));
  if (newAmount === undefined || newCurrency === undefined) return UNPRICED;
  return toPrice(newAmount, readCurrency(newCurrency), exchange, {
    objectId: id,
    toActual: (answer) => readObjectCost(answer, exchange, POINTERS),
  });
}

/** A field that looks like an amount and that nobody has listed may be one. */
function refuseOtherAmounts(form: PricedCall["form"], known: string): void {
  const other = [...getFormNames(form)].find(
    (name) => name.includes("amount") && name !== known && !PARTS.includes(name),
  );
  if (other !== undefined) throw new Unreadable("a field that may be an amount is not known");
}

const toPath = (id: string): string => `/v1/payment_intents/${id}`;

const readId = ({ segments }: PricedCall): string => readPlainId(segments[2]);
