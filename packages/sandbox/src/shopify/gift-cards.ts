import { randomUUID } from "node:crypto";
import { type Money, type MoneyInput, parseAmount, parseMoney, toMoneyV2 } from "./money.ts";
import type { GiftCard } from "./objects.ts";
import { type Payload, userError } from "./payload.ts";
import type { MutationCall } from "./shop.ts";

export interface GiftCardCreateArgs {
  readonly input: {
    readonly code?: string | null;
    /** With its currency. */
    readonly initialAmount?: MoneyInput | null;
    /** In the shop's currency, which the request does not name. */
    readonly initialValue?: unknown;
    readonly note?: string | null;
  };
}

export function giftCardCreate({ input }: GiftCardCreateArgs, call: MutationCall): Payload {
  const { nowMs, shop } = call;
  const { code = null, initialAmount = null, initialValue = null } = input;
  if (initialAmount === null && initialValue === null) {
    return userError(["input", "initialAmount"], "Initial amount is required", "MISSING_ARGUMENT");
  }
  if (initialAmount !== null && initialValue !== null) {
    return userError(["input", "initialValue"], "Give initialAmount or initialValue, not both", "INVALID");
  }
  const value: Money = initialAmount
    ? parseMoney(initialAmount)
    : { minor: parseAmount(initialValue, shop.currency), currency: shop.currency };
  if (value.minor <= 0) {
    return userError(["input", "initialValue"], "Initial value must be greater than 0", "GREATER_THAN");
  }
  const normalized = (code ?? randomUUID().replaceAll("-", "").slice(0, 16)).toLowerCase();
  if (normalized.length < 8) return userError(["input", "code"], "Code is too short", "TOO_SHORT");
  if (normalized.length > 20) return userError(["input", "code"], "Code is too long", "TOO_LONG");
  if (shop.giftCards.has(normalized)) {
    return userError(["input", "code"], "Code has already been taken", "TAKEN");
  }

  const card: GiftCard = { gid: shop.newGid("GiftCard"), value };
  shop.giftCards.set(normalized, card);
  call.record({
    objectId: card.gid,
    kind: "gift_card.created",
    amountMinor: value.minor,
    currency: value.currency.toLowerCase(),
    metadata: {},
  });
  const lastCharacters = normalized.slice(-4);
  const giftCard = {
    id: card.gid,
    balance: toMoneyV2(value),
    initialValue: toMoneyV2(value),
    createdAt: new Date(nowMs).toISOString(),
    enabled: true,
    lastCharacters,
    maskedCode: `•••• •••• •••• ${lastCharacters}`,
    note: input.note ?? null,
  };
  return { giftCard, giftCardCode: normalized, userErrors: [] };
}
