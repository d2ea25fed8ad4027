import { expect, it } from "vitest";
import {
  GRAPHQL_PATH,
  refundCreate,
  type ShopCall,
  startShopBench,
} from "../../../test-support/vendors/shopify-bench.ts";

const card = (value: string, alias = "c"): string =>
  `${alias}: giftCardCreate(input: { initialAmount: { amount: ${value}, currencyCode: USD } }) { giftCard { id } }`;

it.each<[string, string | ShopCall, number | string]>([
  ["a number", `mutation { ${card("12.5")} }`, 12.5],
  ["an integer", `mutation { ${card("12")} }`, 12],
  ["a block string", `mutation { ${card('"""12.50"""')} }`, 12.5],
  ["zero", `mutation { ${card('"0.00"')} }`, 0],
  ["a negative", `mutation { ${card('"-5.00"')} }`, "unreadable_amount"],
  ["an exponent", `mutation { ${card("1e3")} }`, "unreadable_amount"],
  ["a space", `mutation { ${card('" 5"')} }`, "unreadable_amount"],
  ["a word", `mutation { ${card("true")} }`, "unreadable_amount"],
  ["seven decimals", `mutation { ${card('"0.0000001"')} }`, "unreadable_amount"],
  ["more than can be counted", `mutation { ${card('"9000000001"')} }`, "unreadable_amount"],
  [
    "a sum of more than can be counted",
    `mutation { ${card('"9000000000"', "a")} ${card('"1"', "b")} }`,
    "unreadable_amount",
  ],
  [
    "a name given twice in an input",
    `mutation { giftCardCreate(input: { initialValue: "1", initialValue: "9" }) { giftCard { id } } }`,
    "unreadable_amount",
  ],
  [
    "both amounts",
    `mutation { giftCardCreate(input: { initialValue: "1", initialAmount: { amount: "9", currencyCode: USD } }) { giftCard { id } } }`,
    10,
  ],
  ["two fields of one name", `mutation { ${card("5")} ${card("7")} }`, 7],
  [
    "a member in other letters",
    `mutation { giftCardCreate(input: { initialValue: "1", InitialValue: "9" }) { giftCard { id } } }`,
    "unpriced_endpoint",
  ],
  [
    "a member that is not known",
    `mutation { giftCardCreate(input: { initialValue: "1", bonus: "9" }) { giftCard { id } } }`,
    "unpriced_endpoint",
  ],
  ["no rate", `mutation { ${refundCreate("5", "XTS")} }`, "currency_unpriced"],
  [
    "no transaction",
    `mutation { refundCreate(input: { orderId: "1" }) { refund { id } } }`,
    "unpriced_endpoint",
  ],
  [
    "one transaction in place of a list",
    `mutation { refundCreate(input: { orderId: "1", transactions: { amount: "3" } }) { refund { id } } }`,
    3,
  ],
  [
    "a transaction without an amount",
    `mutation { refundCreate(input: { orderId: "1", transactions: [{ kind: REFUND }] }) { refund { id } } }`,
    "unreadable_amount",
  ],
  [
    "store credit and a transaction",
    `mutation { refundCreate(input: {
      orderId: "1", transactions: [{ amount: "3" }],
      refundMethods: [{ storeCreditRefund: { amount: { amount: "4", currencyCode: USD } } }]
    }) { refund { id } } }`,
    7,
  ],
  [
    "a return's refund",
    `mutation { returnRefund(returnRefundInput: {
      returnId: "1", returnRefundLineItems: [],
      orderTransactions: [{ parentId: "1", transactionAmount: { amount: "8", currencyCode: EUR } }]
    }) { refund { id } } }`,
    8.8,
  ],
  [
    "a return with an exchange",
    `mutation { returnProcess(input: {
      returnId: "1", exchangeLineItems: [{ id: "1", quantity: 1 }],
      financialTransfer: { issueRefund: { orderTransactions: [
        { parentId: "1", transactionAmount: { amount: "8", currencyCode: USD } }
      ] } }
    }) { return { id } } }`,
    "unpriced_endpoint",
  ],
  [
    "what is due",
    `mutation { orderCreateMandatePayment(id: "1", idempotencyKey: "k", mandateId: "m") { job { id } } }`,
    "unpriced_endpoint",
  ],
  [
    "a price in a product's variants",
    `mutation { productVariantsBulkUpdate(productId: "1", variants: [{ id: "1", price: "0.01" }]) { product { id } } }`,
    "unpriced_endpoint",
  ],
  [
    "no price in them",
    `mutation { productVariantsBulkUpdate(productId: "1", variants: [{ id: "1", barcode: "1" }]) { product { id } } }`,
    0,
  ],
  ["a subscription", "subscription { orderCreated { id } }", "unpriced_endpoint"],
  ["a type", "type Query { a: Int }", "unreadable_amount"],
  ["an operation twice", "query A { shop { name } } query A { shop { id } }", "unreadable_amount"],
  ["a fragment that is not there", "{ ...Nowhere }", "unreadable_amount"],
  ["a fragment in itself", `mutation { ...A } fragment A on Mutation { ...A ${card("5")} }`, 5],
  ["depth", `{ ${"a { ".repeat(5_000)} a ${"}".repeat(5_000)} }`, "unreadable_amount"],
  ["tokens", `{ ${"a ".repeat(20_000)} }`, "unreadable_amount"],
  ["length", `{ a } #${"a".repeat(100_000)}`, "unreadable_amount"],
  ["variables as text", { query: "{ shop { name } }", variables: "{}" }, "unreadable_amount"],
])("prices %s", async (_name, given, expected) => {
  await using shop = await startShopBench({ currency: "USD" }, { dailyUsdCap: 9_000_000_000 });
  const { result, reserved } = await shop.run(typeof given === "string" ? { query: given } : given);
  expect(result === 200 ? reserved : result).toBe(expected);
});

it.each(["{}", '{"query":null}', '{"query":"{a}","queryId":"1"}', '{"query":"{a}","query":"{b}"}', '"{a}"'])(
  "refuses the body %s",
  async (body) => {
    await using shop = await startShopBench();
    const headers = { "content-type": "application/json" };
    const { code } = await shop.bench.call({ path: GRAPHQL_PATH, body, headers });
    expect(code).toBe("unreadable_amount");
  },
);

it("refuses GraphQL by GET, and without a body", async () => {
  await using shop = await startShopBench();
  const query = encodeURIComponent("{ shop(id:1) }").replaceAll("%7B", "x").replaceAll("%7D", "x");
  const get = await shop.bench.call({ method: "GET", path: `${GRAPHQL_PATH}?query=${query}` });
  const empty = await shop.bench.call({ path: GRAPHQL_PATH });
  expect([get.code, empty.code]).toEqual(["unreadable_amount", "unreadable_amount"]);
  expect(shop.bench.vendor.seen).toEqual([]);
});

it.each([
  "/admin/api/2026-10/graphql.json",
  "/admin/api/unstable/graphql.json",
  "/admin/api/graphql.json",
  "/admin/api/2026-10/graphql",
])("prices the document at %s", async (path) => {
  await using shop = await startShopBench();
  await shop.bench.call({ path, json: { query: `mutation { ${card("5")} }` } });
  expect((await shop.bench.entries())[0]).toMatchObject({ reservedUsd: 5 });
});

it("counts each thing without a price under max_usd_per_call, and what has one besides", async () => {
  await using shop = await startShopBench({}, { maxUsdPerCall: 5 });
  const complete = (alias: string): string => `${alias}: draftOrderComplete(id: "1") { draftOrder { id } }`;
  expect(await shop.run({ query: `mutation { ${complete("a")} }` })).toMatchObject({
    result: 200,
    reserved: 5,
  });
  for (const query of [
    `mutation { ${complete("a")} ${complete("b")} }`,
    `mutation { ${complete("a")} ${card("100")} }`,
  ]) {
    expect((await shop.run({ query })).result).toBe("cap_exhausted");
  }
});

it("begins what renews past the proxy only for a key that may", async () => {
  await using shop = await startShopBench({}, { maxUsdPerCall: 5 });
  const query = `mutation { appSubscriptionCreate(name: "a", returnUrl: "b", lineItems: []) { confirmationUrl } }`;
  const key = await shop.bench.issue({ allowRecurring: true });
  expect((await shop.run({ query })).result).toBe("unpriced_endpoint");
  expect(await shop.run({ query, key })).toMatchObject({ result: 200, reserved: 5 });
});

it("lets a key without a cap do what has no price", async () => {
  await using shop = await startShopBench();
  const { token } = shop.bench.key;
  const key = await shop.bench.client.issue({ label: "free", vendor: "shopify", uncapped: true });
  expect(key.token).not.toBe(token);
  const outcome = await shop.run({
    query: `mutation { draftOrderComplete(id: "1") { draftOrder { id } } }`,
    key,
  });
  expect(outcome).toMatchObject({ result: 200, cost: null });
});

it.each([
  ["POST", "/admin/api/2026-10/orders/1/refunds.json"],
  ["POST", "/admin/api/2026-10/orders/1/transactions.json"],
  ["POST", "/admin/api/2026-10/gift_cards.json"],
  ["POST", "/admin/api/2026-10/gift_cards/1/adjustments.json"],
  ["POST", "/admin/api/2026-10/orders.json"],
  ["PUT", "/admin/api/2026-10/variants/1.json"],
  ["POST", "/admin/api/2026-10/draft_orders/1/complete.json"],
  ["PUT", "/admin/api/2026-10/draft_orders/1/complete.json"],
  ["DELETE", "/admin/api/2026-10/products/1.json"],
  ["POST", "/api/2026-10/graphql.json"],
])("takes %s %s for unpriced", async (method, path) => {
  await using shop = await startShopBench();
  const { code } = await shop.bench.call({ method, path, json: {} });
  expect(code).toBe("unpriced_endpoint");
});

it("reads REST for free", async () => {
  await using shop = await startShopBench({}, { dailyUsdCap: 0 });
  shop.bench.vendor.otherwise = () => ({ json: { orders: [] } });
  const { status } = await shop.bench.call({ method: "GET", path: "/admin/api/2026-10/orders.json?limit=5" });
  expect(status).toBe(200);
  expect(shop.bench.vendor.seen[0]?.headers["x-shopify-access-token"]).toBe("shpat_bench");
});

it.each<[string, string, string, number]>([
  ["a query", "{ shop { name } }", "application/graphql", 0],
  ["a query with a charset", "{ shop { name } }", "application/graphql; charset=utf-8", 0],
  ["a mutation", `mutation { ${card("12.5")} }`, "application/graphql", 12.5],
])("reads %s that is the whole body, and forwards it unchanged", async (_name, body, contentType, usd) => {
  await using shop = await startShopBench();
  const { bench } = shop;
  bench.vendor.otherwise = () => ({ json: { data: {} } });
  const { status } = await bench.call({ path: GRAPHQL_PATH, body, headers: { "content-type": contentType } });
  expect(status).toBe(200);
  expect(bench.vendor.seen).toMatchObject([{ body, headers: { "content-type": contentType } }]);
  expect((await bench.entries())[0]).toMatchObject({ reservedUsd: usd });
});

it("refuses a mutation that is the whole body and exceeds the cap", async () => {
  await using shop = await startShopBench({}, { dailyUsdCap: 10 });
  const { code } = await shop.bench.call({
    path: GRAPHQL_PATH,
    body: `mutation { ${card("12.5")} }`,
    headers: { "content-type": "application/graphql" },
  });
  expect(code).toBe("cap_exhausted");
  expect(shop.bench.vendor.seen).toEqual([]);
});
