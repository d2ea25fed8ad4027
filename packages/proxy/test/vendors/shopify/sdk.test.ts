import type { ClientResponse } from "@shopify/admin-api-client";
import { expect, it } from "vitest";
import { startShopForTest } from "../../../test-support/vendors/start-shop-for-test.ts";

const REFUND = `mutation Refund($input: RefundInput!, $key: String!) {
  refundCreate(input: $input) @idempotent(key: $key) {
    refund { id totalRefundedSet { presentmentMoney { amount currencyCode } } }
    userErrors { field message }
  }
}`;

function refundOf(amount: string, key = "refund-1"): { variables: Record<string, unknown> } {
  const orderId = "gid://shopify/Order/1001";
  const transactions = [{ orderId, kind: "REFUND", gateway: "bogus", amount }];
  return { variables: { key, input: { orderId, transactions } } };
}

it("refunds through the proxy, and pays what the shop says", async () => {
  await using shop = await startShopForTest();
  const key = await shop.issue();
  const { client, attempts } = shop.connect(key);
  const { data, errors } = await client.request(REFUND, refundOf("12.50"));
  expect(errors).toBeUndefined();
  expect(data?.refundCreate.userErrors).toEqual([]);
  expect(shop.sandbox.ledger().grossMinor).toEqual({ cad: 1250 });
  expect((await shop.keybrake.getKey(key.id)).spend).toMatchObject({ totalUsd: 9.25, heldUsd: 0 });
  expect(attempts()).toBe(1);
});

it("gives the amount back where the shop refuses", async () => {
  await using shop = await startShopForTest();
  const key = await shop.issue();
  const { data } = await shop.connect(key).client.request(REFUND, refundOf("150.00"));
  expect(data?.refundCreate.userErrors).toHaveLength(1);
  expect(shop.sandbox.ledger().entries).toEqual([]);
  expect((await shop.keybrake.getKey(key.id)).spend).toMatchObject({ totalUsd: 0, heldUsd: 0 });
});

it("reads every page", async () => {
  await using shop = await startShopForTest();
  const { client } = shop.connect(await shop.issue({ dailyUsdCap: 0 }));
  const query = `query Orders($after: String) {
    orders(first: 2, after: $after) { nodes { name } pageInfo { hasNextPage endCursor } }
  }`;
  const names: string[] = [];
  let after: string | null = null;
  do {
    const page: ClientResponse = await client.request(query, { variables: { after } });
    const { nodes, pageInfo } = page.data.orders;
    names.push(...nodes.map(({ name }: { name: string }) => name));
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  } while (after !== null);
  expect(names.toSorted()).toEqual(["#1001", "#1002", "#1003", "#1004", "#1005"]);
});

it("surfaces a refusal, and does not hammer", async () => {
  await using shop = await startShopForTest();
  const { client, attempts } = shop.connect(await shop.issue({ dailyUsdCap: 5 }));
  const { data, errors } = await client.request(REFUND, refundOf("12.50"));
  expect(data).toBeUndefined();
  expect(errors?.networkStatusCode).toBe(429);
  expect(errors?.message).toContain("cap_exhausted");
  expect(errors?.response?.headers.get("x-keybrake-code")).toBe("cap_exhausted");
  expect(attempts()).toBe(1);
  expect(shop.sandbox.ledger().entries).toEqual([]);
});

it("counts nothing however often a client that retries is refused", async () => {
  await using shop = await startShopForTest();
  const key = await shop.issue({ dailyUsdCap: 5 });
  const { client, attempts } = shop.connect(key, 1);
  await client.request(REFUND, refundOf("12.50"));
  expect(attempts()).toBe(2);
  expect((await shop.keybrake.getKey(key.id)).spend).toMatchObject({ totalUsd: 0, heldUsd: 0 });
  expect(shop.sandbox.requests().filter(({ path }) => path.endsWith("graphql.json"))).toEqual([]);
});

it("fetches another token once the shop has ended the one in use", async () => {
  await using shop = await startShopForTest();
  const { client } = shop.connect(await shop.issue());
  await client.request("{ shop { name } }");
  shop.sandbox.expireTokens();
  const refused = await client.request("{ shop { name } }");
  expect(refused.errors?.networkStatusCode).toBe(401);
  expect((await client.request("{ shop { name } }")).data).toEqual({ shop: { name: "Sandbox" } });
});

it("holds what a broken connection leaves open", async () => {
  await using shop = await startShopForTest();
  const key = await shop.issue();
  shop.sandbox.fail({ kind: "reset_after_effect", match: { path: "/admin/api/2026-10/graphql.json" } });
  const { errors } = await shop.connect(key).client.request(REFUND, refundOf("12.50"));
  expect(errors?.networkStatusCode).toBe(502);
  expect(shop.sandbox.ledger().grossMinor).toEqual({ cad: 1250 });
  expect((await shop.keybrake.getKey(key.id)).spend).toMatchObject({ heldUsd: 9.25, unknownUsd: 9.25 });
});

const card = (value: string, more = ""): string =>
  `giftCardCreate(input: { initialValue: ${value} ${more} }) { userErrors { message } }`;

it.each<[string, string, Record<string, unknown>?, string?]>([
  ["aliases", `mutation { a: ${card("1")} b: ${card('"2.00"')} }`],
  ["one name twice", `mutation { ${card("1")} ${card("1")} }`],
  ["one name twice, for two amounts", `mutation { ${card("1")} ${card("2")} }`],
  [
    "a code that is taken",
    `mutation { a: ${card("1", 'code: "SAMESAME"')} b: ${card("2", 'code: "SAMESAME"')} }`,
  ],
  ["a fragment twice", `mutation { ...F ...F } fragment F on Mutation { ${card("3")} }`],
  [
    "conditions",
    `mutation ($no: Boolean = false) { a: ${card("1")} ...F @include(if: $no) ... @skip(if: $no) { b: ${card("2")} } } fragment F on Mutation { c: ${card("4")} }`,
  ],
  [
    "errors under a false name",
    `mutation { giftCardCreate(input: { initialValue: 5 }) { userErrors: giftCard { id } } }`,
  ],
  ["no errors asked for", `mutation { giftCardCreate(input: { initialValue: 5 }) { giftCardCode } }`],
  ["a default", `mutation ($v: Decimal = "6.00") { ${card("$v")} }`],
  ["a default that is not used", `mutation ($v: Decimal = "6.00") { ${card("$v")} }`, { v: "7.00" }],
  ["two operations", `mutation A { ${card("1")} } mutation B { ${card("8")} }`, {}, "B"],
  ["two operations without a name", `mutation A { ${card("1")} } mutation B { ${card("8")} }`],
  ["a field that is not there", `mutation { ${card("1")} nowhere }`],
  [
    "a cancellation of what was paid",
    `mutation { a: ${card("1")} orderCancel(orderId: "gid://shopify/Order/1002", reason: OTHER, restock: true, refund: true) { userErrors { message } } }`,
  ],
])("never counts less than the shop has done: %s", async (_name, query, variables = {}, operationName) => {
  await using shop = await startShopForTest();
  const key = await shop.issue();
  const response = await key
    .fetch("/admin/api/2026-10/graphql.json", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query, variables, operationName }),
    })
    .catch(() => undefined);
  await response?.text();
  const { totalUsd, heldUsd } = (await shop.keybrake.getKey(key.id)).spend;
  const executed = ((shop.sandbox.ledger().grossMinor.cad ?? 0) / 100) * 0.74;
  expect(totalUsd + heldUsd).toBeGreaterThanOrEqual(Number(executed.toFixed(6)));
});
