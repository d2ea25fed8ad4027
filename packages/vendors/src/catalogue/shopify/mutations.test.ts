import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { DRAFT_MUTATIONS } from "./drafts.ts";
import { FREE_MUTATIONS } from "./free-mutations.ts";
import { classifyMutation, type MutationClass } from "./mutation-class.ts";
import { PRICED_MUTATIONS } from "./priced-mutations.ts";
import { UNPRICED_MUTATIONS } from "./unpriced-mutations.ts";

const lines = readFileSync(new URL("./mutations-2026-10.txt", import.meta.url), "utf8").split("\n");
const signatures = lines.filter((line) => !line.startsWith("#") && line !== "");
const names = signatures.map((line) => line.slice(0, line.indexOf("(")));

it("knows every root mutation of the API", () => {
  expect(names).toHaveLength(524);
  expect(names.filter((name) => classifyMutation(name) === undefined)).toEqual([]);
});

it("lists none that the API does not have, and none twice", () => {
  const listed = [
    ...FREE_MUTATIONS,
    ...UNPRICED_MUTATIONS,
    ...PRICED_MUTATIONS.keys(),
    ...DRAFT_MUTATIONS.keys(),
  ];
  expect(listed.filter((name) => !names.includes(name))).toEqual([]);
  expect(new Set(listed).size).toBe(listed.length);
});

it("knows every argument of those it prices", () => {
  for (const [name, { arguments: known }] of [...PRICED_MUTATIONS, ...DRAFT_MUTATIONS]) {
    const signature = signatures.find((line) => line.startsWith(`${name}(`)) ?? "";
    const given = [...signature.matchAll(/[(, ](\w+):/g)].map(([, argument]) => argument);
    expect([name, given]).toEqual([name, Object.keys(known).sort()]);
  }
});

it.each<[MutationClass, string[]]>([
  ["priced", ["refundCreate", "giftCardCreate", "orderCapture", "discountCodeBasicCreate"]],
  ["draft", ["draftOrderCreate", "draftOrderComplete", "draftOrderInvoiceSend"]],
  ["secret", ["delegateAccessTokenCreate", "storefrontAccessTokenCreate"]],
  [
    "unpriced",
    [
      "bulkOperationRunMutation",
      "discountAutomaticBasicCreate",
      "draftOrderUpdate",
      "orderCancel",
      "orderMarkAsPaid",
      "priceListFixedPricesAdd",
      "shippingLabelPurchase",
      "subscriptionBillingAttemptCreate",
    ],
  ],
  ["checked", ["productVariantsBulkUpdate", "customerUpdate"]],
  ["free", ["tagsAdd", "metafieldsSet", "transactionVoid"]],
])("takes for %s: %s", (expected, mutations) => {
  expect(mutations.map(classifyMutation)).toEqual(mutations.map(() => expected));
});

it("does not know what is not in the list", () => {
  expect(["moneyGive", "RefundCreate", "constructor", ""].map(classifyMutation)).toEqual(
    Array.from({ length: 4 }),
  );
});
