import { createAdminApiClient, createAdminRestApiClient } from "@shopify/admin-api-client";
import { expect, it } from "vitest";
import { startApiServer } from "../test-support/api-server.ts";
import { SECRET } from "../test-support/fake-api.ts";
import { isCapExhausted } from "./index.ts";
import { ERROR_STATUS, type ErrorCode } from "./protocol.ts";
import { shopifyOptions } from "./shopify.ts";

const SHOP = { storeDomain: "acme.myshopify.com", apiVersion: "2026-10" };
const QUERY = "{ shop { name } }";

it("goes through the proxy with the vault key, GraphQL and REST", async () => {
  await using api = await startApiServer({ data: { shop: { name: "Acme" } } });
  const key = await api.issue("shopify");
  const { data, errors } = await createAdminApiClient({ ...SHOP, ...shopifyOptions(key) }).request(QUERY);
  expect([data, errors]).toEqual([{ shop: { name: "Acme" } }, undefined]);
  const rest = createAdminRestApiClient({ ...SHOP, ...shopifyOptions(key) });
  expect((await rest.get("products", { searchParams: { limit: 2 } })).status).toBe(200);
  expect(api.seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
    "POST /shopify/admin/api/2026-10/graphql.json",
    "GET /shopify/admin/api/2026-10/products.json?limit=2",
  ]);
  expect(api.seen.map(({ headers }) => headers["x-shopify-access-token"])).toEqual([SECRET, SECRET]);
});

it.each(Object.entries(ERROR_STATUS) as [ErrorCode, number][])(
  "never takes %s for success, and never hammers",
  async (code, status) => {
    await using api = await startApiServer({});
    const key = await api.issue("shopify");
    api.refuse = code;
    const result = await createAdminApiClient({ ...SHOP, ...shopifyOptions(key) }).request(QUERY);
    expect(result.data).toBeUndefined();
    expect(result.errors?.networkStatusCode).toBe(status);
    expect(result.errors?.message).toContain(`${code}: refused: ${code}`);
    const response = await createAdminRestApiClient({ ...SHOP, ...shopifyOptions(key) }).get("shop");
    expect(response.status).toBe(status);
    expect([isCapExhausted(result), isCapExhausted(result.errors), isCapExhausted(response)]).toEqual(
      Array.from({ length: 3 }, () => code === "cap_exhausted"),
    );
    expect(api.seen).toHaveLength(2);
  },
);
