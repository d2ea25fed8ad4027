import { parseAmount } from "./money.ts";
import { type Payload, userError } from "./payload.ts";
import type { MutationCall } from "./shop.ts";

export interface DiscountCodeBasicCreateArgs {
  readonly basicCodeDiscount: {
    readonly code?: string | null;
    readonly customerGets?: {
      readonly value?: {
        readonly discountAmount?: { readonly amount?: unknown } | null;
        readonly percentage?: number | null;
      } | null;
    } | null;
    readonly title?: string | null;
    readonly usageLimit?: number | null;
  };
}

/**
 * A fixed amount counts for as often as the code can be used, or once if there is no limit. What a percentage takes off
 * depends on later orders: it doesn't count.
 */
export function discountCodeBasicCreate(
  { basicCodeDiscount }: DiscountCodeBasicCreateArgs,
  call: MutationCall,
): Payload {
  const { shop } = call;
  const { code, customerGets, usageLimit } = basicCodeDiscount;
  if (typeof code !== "string" || code === "") {
    return userError(["basicCodeDiscount", "code"], "Code can't be blank", "BLANK");
  }
  if (shop.discountCodes.has(code)) {
    return userError(["basicCodeDiscount", "code"], "Code must be unique", "TAKEN");
  }
  const amount = customerGets?.value?.discountAmount?.amount;
  const minor = amount === undefined ? 0 : parseAmount(amount, shop.currency);
  shop.discountCodes.add(code);
  const id = shop.newGid("DiscountCodeNode");
  call.record({
    objectId: id,
    kind: "discount_code.created",
    amountMinor: minor * (usageLimit ?? 1),
    currency: shop.currency.toLowerCase(),
    metadata: { code },
  });
  return { codeDiscountNode: { id }, userErrors: [] };
}
