import { expect, it } from "vitest";
import {
  GRAPHQL_PATH,
  NOT_REFUNDED,
  refundCreate,
  refunded,
  type ShopCall,
  startShopBench,
  THROTTLED,
} from "../../../test-support/vendors/shopify-bench.ts";

const giftCard = (alias: string, value: string): string =>
  `${alias}: giftCardCreate(input: { initialAmount: { amount: ${value}, currencyCode: USD } }) {
    giftCard { id } userErrors { message }
  }`;
const made = { giftCard: { id: "gid://shopify/GiftCard/1" }, userErrors: [] };
const failed = { giftCard: null, userErrors: [{ message: "no" }] };

it("row 86: a refund of 12.50 CAD", async () => {
  await using shop = await startShopBench();
  const query = `mutation { ${refundCreate('"12.50"')} }`;
  expect(await shop.run({ query, answer: { data: { refundCreate: refunded("12.50") } } })).toEqual({
    result: 200,
    reserved: 9.25,
    cost: 9.25,
    outcome: "settled",
  });
  expect(await shop.bench.spend()).toEqual({ spent: 9.25, held: 0, unknown: 0 });
});

it.each<[string, unknown]>([
  ["user errors", { data: { refundCreate: NOT_REFUNDED } }],
  ["throttled", THROTTLED],
  ["throttled, with null data", { ...THROTTLED, data: null }],
])("row 87: a refund that was not made (%s) costs nothing", async (_name, answer) => {
  await using shop = await startShopBench();
  const outcome = await shop.run({ query: `mutation { ${refundCreate('"12.50"')} }`, answer });
  expect(outcome).toEqual({ result: 200, reserved: 9.25, cost: 0, outcome: "released" });
  expect(await shop.bench.spend()).toEqual({ spent: 0, held: 0, unknown: 0 });
});

it("row 88: every alias counts, and what was done is what is paid", async () => {
  await using shop = await startShopBench();
  const query = `mutation { ${giftCard("a", '"50.00"')} ${giftCard("b", '"70.00"')} }`;
  const outcome = await shop.run({ query, answer: { data: { a: made, b: failed } } });
  expect(outcome).toMatchObject({ reserved: 120, cost: 50, outcome: "settled" });
});

const byVariable = `mutation Card($input: GiftCardCreateInput!) {
  giftCardCreate(input: $input) { giftCard { id } userErrors { message } }
}`;

it.each<[string, ShopCall]>([
  ["the whole input", { query: byVariable, variables: { input: { initialValue: "50.00" } } }],
  [
    "an amount",
    {
      query: `mutation ($amount: Decimal) { giftCardCreate(input: { initialValue: $amount }) { giftCard { id } } }`,
      variables: { amount: "50.00" },
    },
  ],
  [
    "a default",
    {
      query: `mutation ($amount: Decimal = "50.00") {
        giftCardCreate(input: { initialValue: $amount }) { giftCard { id } }
      }`,
    },
  ],
  [
    "a nested object",
    {
      query: `mutation ($money: MoneyInput!) {
        giftCardCreate(input: { initialAmount: $money }) { giftCard { id } }
      }`,
      variables: { money: { amount: "50.00", currencyCode: "USD" } },
    },
  ],
])("row 89: amounts in variables: %s", async (_name, call) => {
  await using shop = await startShopBench({ currency: "USD" });
  const outcome = await shop.run({ ...call, answer: { data: { giftCardCreate: made } } });
  expect(outcome).toMatchObject({ reserved: 50, cost: 50 });
});

it.each<[string, ShopCall]>([
  ["required", { query: byVariable, variables: {} }],
  ["null", { query: byVariable, variables: { input: null } }],
  ["without its amount", { query: byVariable, variables: { input: {} } }],
  [
    "optional",
    { query: `mutation ($v: Decimal) { giftCardCreate(input: { initialValue: $v }) { giftCard { id } } }` },
  ],
  ["not defined", { query: `mutation { giftCardCreate(input: { initialValue: $v }) { giftCard { id } } }` }],
])("row 89: a variable that is missing (%s) is unreadable", async (_name, call) => {
  await using shop = await startShopBench({ currency: "USD" });
  expect((await shop.run(call)).result).toBe("unreadable_amount");
  expect(shop.bench.vendor.seen).toEqual([]);
});

const two = `mutation Small { ${giftCard("a", '"5.00"')} } mutation Large { ${giftCard("b", '"70.00"')} }`;

it("row 90: of two operations, the named one counts", async () => {
  await using shop = await startShopBench();
  const outcome = await shop.run({ query: two, operationName: "Small", answer: { data: { a: made } } });
  expect(outcome).toMatchObject({ reserved: 5, cost: 5 });
});

it.each<[string, ShopCall]>([
  ["no name, 200", { query: two, answer: { errors: [{ message: "An operation name is required" }] } }],
  ["no name, 400", { query: two, status: 400, answer: { errors: "An operation name is required" } }],
  ["an unknown name", { query: two, operationName: "Other", answer: { errors: [{ message: "none" }] } }],
])("row 90: where it is open which runs, the larger counts (%s)", async (_name, call) => {
  await using shop = await startShopBench();
  expect(await shop.run(call)).toMatchObject({ reserved: 70, cost: 0, outcome: "released" });
});

const hidden = `fragment Hidden on Mutation { ${refundCreate('"12.50"')} }`;

it.each<[string, string]>([
  ["a fragment", `mutation { ...Hidden } ${hidden}`],
  ["a fragment in a fragment", `mutation { ...Outer } fragment Outer on Mutation { ...Hidden } ${hidden}`],
  ["an inline fragment", `mutation { ... on Mutation { ${refundCreate('"12.50"')} } }`],
  ["a fragment spread twice, which runs once", `mutation { ...Hidden ...Hidden } ${hidden}`],
])("row 91: what hides in %s counts", async (_name, query) => {
  await using shop = await startShopBench();
  const outcome = await shop.run({ query, answer: { data: { refundCreate: refunded("12.50") } } });
  expect(outcome).toMatchObject({ reserved: 9.25, cost: 9.25 });
});

it("row 91: what a condition may leave out counts, and costs nothing where it was left out", async () => {
  await using shop = await startShopBench();
  const query = `mutation {
    refund: refundCreate(input: {
      orderId: "1", currency: CAD, transactions: [{ orderId: "1", kind: REFUND, gateway: "b", amount: "12.50" }]
    }) @include(if: false) { userErrors { message } }
    ${giftCard("card", '"5.00"')}
  }`;
  expect(await shop.run({ query, answer: { data: { card: made } } })).toMatchObject({
    reserved: 14.25,
    cost: 5,
  });
});

it.each<[string, string, string]>([
  [
    "a bulk mutation",
    `mutation { bulkOperationRunMutation(mutation: "mutation M($id: ID!) { tagsAdd(id: $id, tags: [\\"a\\"]) { node { id } } }", stagedUploadPath: "x") { userErrors { message } } }`,
    "unpriced_endpoint",
  ],
  [
    "a cancellation that refunds",
    `mutation { orderCancel(orderId: "1", refund: true, restock: true, reason: OTHER) { job { id } } }`,
    "unpriced_endpoint",
  ],
  [
    "a bulk charge",
    `mutation { subscriptionBillingCycleBulkCharge(billingAttemptExpectedDateRange: { startDate: "a", endDate: "b" }) { job { id } } }`,
    "unpriced_endpoint",
  ],
  ["an unknown mutation", `mutation { moneyGive { userErrors { message } } }`, "unpriced_endpoint"],
  ["a query that can't be parsed", "mutation { refundCreate(", "unreadable_amount"],
  ["an empty query", "", "unreadable_amount"],
])("row 92: %s is refused under a cap", async (_name, query, code) => {
  await using shop = await startShopBench();
  expect((await shop.run({ query })).result).toBe(code);
  expect(shop.bench.vendor.seen).toEqual([]);
});

it("row 92: a batch is refused", async () => {
  await using shop = await startShopBench();
  const { code } = await shop.bench.call({ path: GRAPHQL_PATH, json: [{ query: "{ shop { name } }" }] });
  expect(code).toBe("unreadable_amount");
  expect(shop.bench.vendor.seen).toEqual([]);
});

it("row 93: a query costs nothing", async () => {
  await using shop = await startShopBench({}, { dailyUsdCap: 0 });
  const outcome = await shop.run({
    query: "{ shop { name } }",
    answer: { data: { shop: { name: "Acme" } } },
  });
  expect(outcome).toEqual({ result: 200, reserved: 0, cost: 0, outcome: "none" });
});

it("row 94: an amount without a currency is in the shop's own", async () => {
  await using shop = await startShopBench({ currency: "CAD" });
  const query = `mutation { giftCardCreate(input: { initialValue: "50.00" }) { giftCard { id } userErrors { message } } }`;
  const outcome = await shop.run({ query, answer: { data: { giftCardCreate: made } } });
  expect(outcome).toMatchObject({ reserved: 37, cost: 37 });
});

it("row 94: and unpriced where the operator did not say which", async () => {
  await using shop = await startShopBench();
  const query = `mutation { giftCardCreate(input: { initialValue: "50.00" }) { giftCard { id } } }`;
  expect((await shop.run({ query })).result).toBe("unpriced_endpoint");
});
