import { expect, it } from "vitest";
import {
  NOT_REFUNDED,
  refundCreate,
  refunded,
  startShopBench,
  THROTTLED,
} from "../../../test-support/vendors/shopify-bench.ts";

const REFUND = `mutation { ${refundCreate('"100"', "USD")} }`;
const done = refunded("100.00", "USD");
const error = (code: string | undefined, path?: unknown[]): object => ({
  message: "an error",
  ...(path ? { path } : {}),
  ...(code ? { extensions: { code } } : {}),
});

it.each<[string, unknown, number, string]>([
  ["it was done", { data: { refundCreate: done } }, 100, "settled"],
  ["it was done for less", { data: { refundCreate: refunded("80.00", "USD") } }, 80, "settled"],
  ["it was done for more", { data: { refundCreate: refunded("120.00", "USD") } }, 120, "settled"],
  ["it was done in another currency", { data: { refundCreate: refunded("100.00", "EUR") } }, 110, "settled"],
  ["it is still on its way", { data: { refundCreate: refunded("0.00", "USD") } }, 100, "settled"],
  ["no rate for what was moved", { data: { refundCreate: refunded("100.00", "XTS") } }, 100, "settled"],
  ["it was refused", { data: { refundCreate: NOT_REFUNDED } }, 0, "released"],
  [
    "it was refused, and done all the same",
    { data: { refundCreate: { ...done, userErrors: [{ message: "notification failed" }] } } },
    100,
    "settled",
  ],
  ["too many calls", THROTTLED, 0, "released"],
  ["too dear a query", { errors: [error("MAX_COST_EXCEEDED")] }, 0, "released"],
  ["a query that does not fit the schema", { errors: [error("undefinedField")] }, 0, "released"],
  ["too many calls, and something else", { errors: [error("THROTTLED"), error("OTHER")] }, 100, "settled"],
  ["an internal error without data", { errors: [error("INTERNAL_SERVER_ERROR")] }, 100, "settled"],
  ["an internal error with null data", { data: null, errors: [error(undefined)] }, 100, "settled"],
  [
    "an error that fits no schema after data",
    { data: null, errors: [error("undefinedField")] },
    100,
    "settled",
  ],
  [
    "access denied to the mutation",
    { data: { refundCreate: null }, errors: [error("ACCESS_DENIED", ["refundCreate"])] },
    0,
    "released",
  ],
  [
    "access denied to what it shows",
    { data: { refundCreate: null }, errors: [error("ACCESS_DENIED", ["refundCreate", "refund", "id"])] },
    100,
    "settled",
  ],
  ["no payload", { data: { refundCreate: null } }, 100, "settled"],
  ["no field, though nothing could leave it out", { data: {} }, 100, "settled"],
  ["no object", [], 100, "settled"],
  ["no data", {}, 100, "settled"],
  ["no errors", { data: null, errors: [] }, 100, "settled"],
])("settles by the answer: %s", async (_name, answer, cost, outcome) => {
  await using shop = await startShopBench();
  expect(await shop.run({ query: REFUND, answer })).toMatchObject({ reserved: 100, cost, outcome });
});

const INPUT = `input: { orderId: "1", currency: USD, transactions: [{ amount: "100" }] }`;

it.each<[string, string, unknown]>([
  [
    "an alias that passes for errors",
    `refundCreate(${INPUT}) { userErrors: order { tags } refund { id } }`,
    { userErrors: ["a"], refund: { id: "1" } },
  ],
  [
    "errors under another name",
    `refundCreate(${INPUT}) { none: userErrors { message } userErrors: order { tags } }`,
    { none: [], userErrors: ["a"] },
  ],
  [
    "an alias that passes for a smaller total",
    `refundCreate(${INPUT}) { refund { totalRefundedSet: orderAdjustments { presentmentMoney: a { amount currencyCode } } } userErrors { message } }`,
    {
      refund: { totalRefundedSet: { presentmentMoney: { amount: "1", currencyCode: "USD" } } },
      userErrors: [],
    },
  ],
  [
    "an alias that passes for its amount",
    `refundCreate(${INPUT}) { refund { totalRefundedSet { presentmentMoney { amount: id currencyCode } } } userErrors { message } }`,
    {
      refund: { totalRefundedSet: { presentmentMoney: { amount: "1", currencyCode: "USD" } } },
      userErrors: [],
    },
  ],
  [
    "a field with arguments",
    `refundCreate(${INPUT}) { userErrors(a: 1) { message } }`,
    { userErrors: ["a"] },
  ],
  ["no errors asked for", `refundCreate(${INPUT}) { refund { id } }`, { refund: null }],
])("is not fooled by %s", async (_name, field, payload) => {
  await using shop = await startShopBench();
  const query = `mutation { ${field} }`;
  expect(await shop.run({ query, answer: { data: { refundCreate: payload } } })).toMatchObject({ cost: 100 });
});

it.each<[string, string, unknown]>([
  [
    "an alias",
    `refundCreate(${INPUT}) { problems: userErrors { message } }`,
    { problems: [{ message: "a" }] },
  ],
  [
    "a fragment",
    `refundCreate(${INPUT}) { ... on RefundCreatePayload { userErrors { message } } }`,
    { userErrors: [{ message: "a" }] },
  ],
])("finds the errors under %s", async (_name, field, payload) => {
  await using shop = await startShopBench();
  const answer = { data: { refundCreate: payload } };
  expect(await shop.run({ query: `mutation { ${field} }`, answer })).toMatchObject({ cost: 0 });
});

it("settles what the answer does not tell at the rate of the day, without the margin", async () => {
  await using shop = await startShopBench({}, {}, { fx_margin: 0.1 });
  const query = `mutation { ${refundCreate("100", "EUR")} }`;
  const answer = { data: { refundCreate: { refund: { id: "1" }, userErrors: [] } } };
  expect(await shop.run({ query, answer })).toMatchObject({ reserved: 121, cost: 110 });
});

it.each([500, 502, 503])("holds the amount where the vendor answers %i", async (status) => {
  await using shop = await startShopBench();
  const outcome = await shop.run({ query: REFUND, status, answer: { errors: "Internal" } });
  expect(outcome).toMatchObject({ reserved: 100, outcome: "unknown" });
});

it.each([400, 401, 402, 403, 404, 422, 423, 429, 430])("gives it back at %i", async (status) => {
  await using shop = await startShopBench();
  const outcome = await shop.run({ query: REFUND, status, answer: { errors: "No" } });
  expect(outcome).toMatchObject({ reserved: 100, cost: 0, outcome: "released" });
});

it("counts a second try with the same @idempotent key again: no answer tells a replay", async () => {
  await using shop = await startShopBench();
  const query = REFUND.replace(") {", ') @idempotent(key: "k") {');
  const answer = { data: { refundCreate: done } };
  await shop.run({ query, answer });
  await shop.run({ query, answer });
  expect(await shop.bench.spend()).toMatchObject({ spent: 200 });
});
