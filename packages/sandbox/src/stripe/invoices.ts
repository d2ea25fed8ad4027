import { find, newId, readReference, type StripeCall } from "./account.ts";
import type { Invoice, InvoiceItem } from "./billing-objects.ts";
import { notPossible } from "./errors.ts";
import { type LinesTotal, totalLines } from "./line-items.ts";
import { mergeMetadata, readBoolean } from "./params.ts";

/** Stripe's draft takes the customer's pending items. https://docs.stripe.com/api/invoices/create */
export function createInvoice(call: StripeCall): Invoice {
  const { account, params } = call;
  const customer = readReference(params, "customer", account.customers) ?? null;
  const items = [...account.invoiceItems.values()].filter(
    (item) => item.customer === customer && item.invoice === null,
  );
  const currency = items[0]?.currency ?? "usd";
  const invoice = addInvoice(call, {
    amount: items.reduce((sum, { amount }) => sum + amount, 0),
    currency,
    customer,
    lines: items.map(toLine),
    subscription: null,
  });
  for (const item of items) item.invoice = invoice.id;
  return invoice;
}

export function retrieveInvoice({ account, id }: StripeCall): Invoice {
  return find(account.invoices, "invoice", id);
}

export function finalizeInvoice(call: StripeCall): Invoice {
  const invoice = retrieveInvoice(call);
  if (invoice.status !== "draft") throw notPossible("This invoice is already finalized.");
  finalize(call, invoice);
  return invoice;
}

/** Sending a draft finalizes it. */
export function sendInvoice(call: StripeCall): Invoice {
  const invoice = retrieveInvoice(call);
  if (invoice.status === "draft") finalize(call, invoice);
  if (invoice.status !== "open") throw notPossible("You can only send an open invoice.");
  return invoice;
}

export function payInvoice(call: StripeCall): Invoice {
  const invoice = retrieveInvoice(call);
  if (invoice.status === "draft") finalize(call, invoice);
  if (invoice.status !== "open") throw notPossible("Invoice is already paid or void.");
  markPaid(invoice);
  return invoice;
}

export function voidInvoice(call: StripeCall): Invoice {
  const invoice = retrieveInvoice(call);
  if (invoice.status !== "open") throw notPossible("You can only void an open invoice.");
  invoice.status = "void";
  return invoice;
}

/** What a subscription's first invoice would be. It makes nothing. */
export function previewInvoice(call: StripeCall): object {
  const details = call.params.subscription_details;
  const params = typeof details === "object" && !Array.isArray(details) ? details : {};
  const { amount, currency } = totalLines({ ...call, params }, "items");
  return { object: "invoice", amount_due: amount, amount_remaining: amount, currency, status: "draft" };
}

/** The first invoice of a subscription, which counts when it is made. */
export function addSubscriptionInvoice(
  call: StripeCall,
  { amount, currency }: LinesTotal,
  subscription: string,
  customer: string,
): Invoice {
  const invoice = addInvoice(call, { amount, currency, customer, lines: [], subscription });
  record(call, invoice, "invoice.created", amount);
  return invoice;
}

export function markPaid(invoice: Invoice): void {
  invoice.status = "paid";
  invoice.amount_paid = invoice.amount_due;
  invoice.amount_remaining = 0;
}

function finalize(call: StripeCall, invoice: Invoice): void {
  invoice.status = invoice.amount_due === 0 ? "paid" : "open";
  // Its items counted when they were added.
  record(call, invoice, "invoice.finalized", 0);
}

interface NewInvoice {
  readonly amount: number;
  readonly currency: string;
  readonly customer: string | null;
  readonly lines: readonly object[];
  readonly subscription: string | null;
}

function addInvoice(
  { account, now, params }: StripeCall,
  { amount, lines, ...details }: NewInvoice,
): Invoice {
  const due = Math.max(0, amount);
  const invoice: Invoice = {
    id: newId("in"),
    object: "invoice",
    amount_due: due,
    amount_paid: 0,
    amount_remaining: due,
    auto_advance: readBoolean(params, "auto_advance") ?? false,
    automatic_tax: { enabled: false, status: null },
    created: now,
    lines: { object: "list", data: lines, has_more: false },
    livemode: account.livemode,
    metadata: mergeMetadata({}, params),
    status: "draft",
    ...details,
  };
  account.invoices.set(invoice.id, invoice);
  return invoice;
}

function record(call: StripeCall, invoice: Invoice, kind: string, exposureMinor: number): void {
  const { id: objectId, amount_due: amountMinor, currency, metadata } = invoice;
  call.record({ objectId, kind, amountMinor, exposureMinor, currency, metadata });
}

function toLine({ id, amount, currency, description }: InvoiceItem): object {
  return {
    id: `il_${id.slice(3)}`,
    object: "line_item",
    amount,
    currency,
    description,
    parent: { type: "invoice_item_details", invoice_item_details: { invoice_item: id } },
  };
}
