import { type MoneyBag, parseAmount, toMoneyV2 } from "./money.ts";
import type { DraftOrder } from "./objects.ts";
import { type Payload, userError } from "./payload.ts";
import type { MutationCall, Shop, ShopifyCall } from "./shop.ts";

interface AppliedDiscount {
  readonly value: number;
  readonly valueType: "FIXED_AMOUNT" | "PERCENTAGE";
}

export interface DraftOrderInput {
  readonly lineItems?: readonly DraftOrderLineItemInput[] | null;
  readonly appliedDiscount?: AppliedDiscount | null;
  readonly note?: string | null;
}

interface DraftOrderLineItemInput {
  readonly originalUnitPrice?: unknown;
  readonly quantity: number;
  readonly title?: string | null;
}

/** A draft's amounts in the shop's currency. */
type DraftTotal = Pick<DraftOrder, "valueMinor" | "discountMinor">;

/** Calculates a draft, and keeps nothing. */
export function draftOrderCalculate(
  { input }: { readonly input: DraftOrderInput },
  { shop }: ShopifyCall,
): Payload {
  const total = totalDraft(input, shop);
  if (!total) return userError(["lineItems"], "Add at least 1 product");
  return { calculatedDraftOrder: toAmounts(total, shop), userErrors: [] };
}

/** Its customer can pay it by a link, so it counts from here on: at its value before discounts. */
export function draftOrderCreate(
  { input }: { readonly input: DraftOrderInput },
  call: MutationCall,
): Payload {
  const { shop } = call;
  const total = totalDraft(input, shop);
  if (!total) return userError(["lineItems"], "Add at least 1 product");
  const draft: DraftOrder = { gid: shop.newGid("DraftOrder"), ...total, status: "OPEN" };
  shop.draftOrders.set(draft.gid, draft);
  record(call, draft, "draft_order.created");
  return { draftOrder: toDraftOrder(draft, shop), userErrors: [] };
}

export function draftOrderComplete({ id }: { readonly id: string }, call: MutationCall): Payload {
  return changeOpenDraft(id, "COMPLETED", call);
}

export function draftOrderInvoiceSend({ id }: { readonly id: string }, call: MutationCall): Payload {
  return changeOpenDraft(id, "INVOICE_SENT", call);
}

export function draftOrder({ id }: { readonly id: string }, { shop }: ShopifyCall): object | null {
  const draft = shop.draftOrders.get(id);
  return draft ? toDraftOrder(draft, shop) : null;
}

function changeOpenDraft(id: string, status: "COMPLETED" | "INVOICE_SENT", call: MutationCall): Payload {
  const draft = call.shop.draftOrders.get(id);
  if (!draft) return userError(["id"], "Draft order does not exist");
  if (draft.status === "COMPLETED") return userError(["id"], "This order has already been completed");
  draft.status = status;
  record(call, draft, `draft_order.${status.toLowerCase()}`);
  return { draftOrder: toDraftOrder(draft, call.shop), userErrors: [] };
}

function totalDraft({ lineItems, appliedDiscount }: DraftOrderInput, shop: Shop): DraftTotal | undefined {
  if (!lineItems || lineItems.length === 0) return undefined;
  const valueMinor = lineItems.reduce(
    (sum, { originalUnitPrice, quantity }) =>
      sum + parseAmount(originalUnitPrice ?? "0", shop.currency) * quantity,
    0,
  );
  if (!appliedDiscount) return { valueMinor, discountMinor: 0 };
  const { value, valueType } = appliedDiscount;
  const off = valueType === "PERCENTAGE" ? (valueMinor * value) / 100 : parseAmount(value, shop.currency);
  return { valueMinor, discountMinor: Math.min(valueMinor, Math.round(off)) };
}

function toDraftOrder(draft: DraftOrder, shop: Shop): object {
  return { id: draft.gid, status: draft.status, ...toAmounts(draft, shop) };
}

function toAmounts({ valueMinor, discountMinor }: DraftTotal, { currency }: Shop): object {
  const bag = (minor: number): MoneyBag => {
    const money = toMoneyV2({ minor, currency });
    return { shopMoney: money, presentmentMoney: money };
  };
  return {
    currencyCode: currency,
    totalPriceSet: bag(valueMinor - discountMinor),
    totalDiscountsSet: bag(discountMinor),
  };
}

function record({ shop, record: note }: MutationCall, { gid, valueMinor }: DraftOrder, kind: string): void {
  note({
    objectId: gid,
    kind,
    amountMinor: valueMinor,
    currency: shop.currency.toLowerCase(),
    metadata: {},
  });
}
