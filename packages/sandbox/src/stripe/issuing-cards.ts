import { find, newId, type StripeCall } from "./account.ts";
import type { IssuingCard } from "./billing-objects.ts";
import { isFormObject } from "./form.ts";
import { listItems } from "./line-items.ts";
import { mergeMetadata, readChoice, readInteger, readString, requireCurrency } from "./params.ts";

const statuses = ["active", "canceled", "inactive"] as const;

/** Counts in the ledger for its limit for all time; without one, for nothing, as no purchase is made with it. */
export function createIssuingCard(call: StripeCall): IssuingCard {
  const { account, params } = call;
  const card: IssuingCard = {
    id: newId("ic"),
    object: "issuing.card",
    currency: requireCurrency(params),
    last4: "4242",
    livemode: account.livemode,
    metadata: mergeMetadata({}, params),
    spending_controls: { spending_limits: readLimits(call) ?? [] },
    status: readChoice(params, "status", statuses) ?? "inactive",
    type: readChoice(params, "type", ["physical", "virtual"]) ?? "virtual",
  };
  account.issuingCards.set(card.id, card);
  record(call, card, "issuing_card.created");
  return card;
}

export function retrieveIssuingCard({ account, id }: StripeCall): IssuingCard {
  return find(account.issuingCards, "issuing.card", id);
}

export function updateIssuingCard(call: StripeCall): IssuingCard {
  const card = retrieveIssuingCard(call);
  card.status = readChoice(call.params, "status", statuses) ?? card.status;
  card.metadata = mergeMetadata(card.metadata, call.params);
  const limits = readLimits(call);
  if (limits) card.spending_controls = { spending_limits: limits };
  record(call, card, "issuing_card.updated");
  return card;
}

function readLimits({
  params: { spending_controls },
}: StripeCall): IssuingCard["spending_controls"]["spending_limits"] | undefined {
  if (!isFormObject(spending_controls)) return undefined;
  return listItems(spending_controls.spending_limits).map((limit) => ({
    amount: readInteger(limit, "amount", 1) ?? 0,
    categories: null,
    interval: readString(limit, "interval") ?? "",
  }));
}

function record(call: StripeCall, card: IssuingCard, kind: string): void {
  const { id: objectId, currency, metadata, spending_controls } = card;
  const forAll = spending_controls.spending_limits.filter(({ interval }) => interval === "all_time");
  const amounts = forAll.map(({ amount }) => amount);
  call.record({
    objectId,
    kind,
    amountMinor: amounts.length === 0 ? 0 : Math.min(...amounts),
    currency,
    metadata,
  });
}
