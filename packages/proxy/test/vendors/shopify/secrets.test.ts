import { expect, it } from "vitest";
import { GRAPHQL_PATH, startShopBench } from "../../../test-support/vendors/shopify-bench.ts";

const DELEGATE = `delegateAccessTokenCreate(input: { delegateAccessScope: ["write_orders"] }) {
  delegateAccessToken { accessToken }
}`;

it.each([
  ["a delegate token", `mutation { ${DELEGATE} }`],
  [
    "a storefront token",
    `mutation { storefrontAccessTokenCreate(input: { title: "a" }) { userErrors { message } } }`,
  ],
  ["an alias", `mutation { harmless: ${DELEGATE} }`],
  ["a fragment", `mutation { ...F } fragment F on Mutation { ${DELEGATE} }`],
  ["a condition", `mutation { ${DELEGATE.replace(") {", ") @skip(if: true) {")} }`],
  ["the second of two", `mutation { tagsAdd(id: "1", tags: ["a"]) { node { id } } ${DELEGATE} }`],
  ["one of two operations", `query A { shop { name } } mutation B { ${DELEGATE} }`],
  [
    "a customer's activation link",
    `mutation { customerGenerateAccountActivationUrl(customerId: "1") { accountActivationUrl } }`,
  ],
  [
    "a token that is read again",
    `{ shop { storefrontAccessTokens(first: 1) { nodes { title: accessToken } } } }`,
  ],
  [
    "a bulk operation",
    `mutation { bulkOperationRunMutation(stagedUploadPath: "x", mutation: "mutation { ${DELEGATE.replaceAll('"', '\\"').replaceAll("\n", " ")} }") { userErrors { message } } }`,
  ],
  [
    "a bulk query",
    `mutation { bulkOperationRunQuery(query: "{ shop { storefrontAccessTokens { edges { node { accessToken } } } } }") { userErrors { message } } }`,
  ],
])("refuses %s to every key, a shadow key too", async (_name, query) => {
  await using shop = await startShopBench();
  const shadow = await shop.bench.issue({ shadow: true });
  expect((await shop.run({ query })).result).toBe("secret_endpoint");
  expect((await shop.run({ query, key: shadow })).result).toBe("secret_endpoint");
  expect(shop.bench.vendor.seen).toEqual([]);
});

it.each<[string, { headers?: Record<string, string>; json?: unknown; body?: string; path?: string }]>([
  ["a batch", { json: [{ query: `mutation { ${DELEGATE} }` }] }],
  ["another type", { body: `mutation { ${DELEGATE} }`, headers: { "content-type": "text/plain" } }],
  ["a compressed body", { json: { query: "{ shop }" }, headers: { "content-encoding": "gzip" } }],
  ["a persisted query", { json: { extensions: { persistedQuery: { version: 1, sha256Hash: "a" } } } }],
  ["a query in the path", { json: { query: "{ shop }" }, path: `${GRAPHQL_PATH}?operationName=B` }],
])("does not let %s pass a shadow key either: it may hold a secret", async (_name, call) => {
  await using shop = await startShopBench({}, { shadow: true });
  const { code } = await shop.bench.call({ path: GRAPHQL_PATH, ...call });
  expect(code).toBe("unreadable_amount");
  expect(shop.bench.vendor.seen).toEqual([]);
});

it("refuses a secret in a bare document, to a shadow key too", async () => {
  await using shop = await startShopBench({}, { shadow: true });
  const { code } = await shop.bench.call({
    path: GRAPHQL_PATH,
    body: `mutation { ${DELEGATE} }`,
    headers: { "content-type": "application/graphql" },
  });
  expect(code).toBe("secret_endpoint");
  expect(shop.bench.vendor.seen).toEqual([]);
});

it.each([
  ["POST", "/admin/api/2026-10/storefront_access_tokens.json"],
  ["GET", "/admin/api/2026-10/storefront_access_tokens.json"],
  ["POST", "/admin/oauth/access_token"],
  ["POST", "/admin/access_tokens/delegate"],
  ["POST", "/admin/api/2026-10/GraphQL.json"],
  ["POST", "/Admin/API/2026-10/graphql"],
])("closes %s %s", async (method, path) => {
  await using shop = await startShopBench();
  const { code } = await shop.bench.call({ method, path });
  expect(code).toBe("secret_endpoint");
});

it("opens them where the operator says so, as calls without a price", async () => {
  await using shop = await startShopBench({ allow_secret_endpoints: ["POST /admin/api/*/graphql.json"] });
  const query = `mutation { ${DELEGATE} }`;
  expect((await shop.run({ query })).result).toBe("unpriced_endpoint");
  const bounded = await shop.bench.issue({ maxUsdPerCall: 1 });
  expect(await shop.run({ query, key: bounded })).toMatchObject({ result: 200, reserved: 1 });
});
