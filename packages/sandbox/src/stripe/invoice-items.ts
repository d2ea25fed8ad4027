import { find, newId, readReference, type StripeCall } from "./account.ts";
import type { InvoiceItem } from "./billing-objects.ts";
import { invalidRequest, notPossible } from "./errors.ts";
import { type FormObject, isFormObject } from "./form.ts";
import { mergeMetadata, readCurrency, readInteger, readString } from "./params.ts";

/** An item is pending until the customer's next invoice takes it. */
export function createInvoiceItem(call: StripeCall): InvoiceItem {
  const { account, params } = call;
  const customer = readReference(params, "customer", account.customers);
  if (customer === undefined) {
    throw invalidRequest("Missing required param: customer.", { code: "parameter_missing" });
  }
  const quantity = readInteger(params, "quantity", 0) ?? 1;
  const unit = readUnit(call);
  const item: InvoiceItem = {
    id: newId("ii"),
    object: "invoiceitem",
    amount: unit.amount * quantity,
    currency: unit.currency,
    customer,
    date: call.now,
    description: readString(params, "description") ?? null,
    invoice: null,
    livemode: account.livemode,
    metadata: mergeMetadata({}, params),
    quantity,
  };
  account.invoiceItems.set(item.id, item);
  call.record({
    objectId: item.id,
    kind: "invoiceitem.created",
    amountMinor: Math.max(0, item.amount),
    currency: item.currency,
    metadata: item.metadata,
  });
  return item;
}

export function retrieveInvoiceItem({ account, id }: StripeCall): InvoiceItem {
  return find(account.invoiceItems, "invoiceitem", id);
}

export function deleteInvoiceItem(call: StripeCall): object {
  const { id, object, invoice } = retrieveInvoiceItem(call);
  if (invoice !== null) throw notPossible("This invoice item is on an invoice.");
  call.account.invoiceItems.delete(id);
  return { id, object, deleted: true };
}

function readUnit({ account, params }: StripeCall): { amount: number; currency: string } {
  const pricing: FormObject = isFormObject(params.pricing) ? params.pricing : {};
  const id = readReference(pricing, "price", account.prices);
  if (id !== undefined) {
    const price = find(account.prices, "price", id);
    return { amount: price.unit_amount ?? 0, currency: price.currency };
  }
  const amount = readInteger(params, "amount", Number.MIN_SAFE_INTEGER);
  if (amount === undefined) {
    throw invalidRequest("Missing required param: amount.", { code: "parameter_missing", param: "amount" });
  }
  return { amount, currency: readCurrency(params) ?? "usd" };
}
