import { expect, it } from "vitest";
import { ConfigError } from "../../../src/config/config-error.ts";
import { createProxy } from "../../../src/create-proxy.ts";
import type { SeenRequest, VendorMove } from "../../../test-support/vendors/scripted-vendor.ts";
import { GRAPHQL_PATH, type ShopBench, startShopBench } from "../../../test-support/vendors/shopify-bench.ts";

const TOKEN_PATH = "/admin/oauth/access_token";
const CLIENT = { client_id: "client_1", client_secret: "shpss_canary", token_path: TOKEN_PATH };
const READ = { path: GRAPHQL_PATH, json: { query: "{ shop { name } }" } };

/** A shop that grants `token_1`, `token_2`, …, each for `lifeSeconds`. */
async function startGranting(
  lifeSeconds: number,
  grant = (request: SeenRequest, token: string): VendorMove => {
    expect(request.method).toBe("POST");
    return { json: { access_token: token, scope: "write_orders", expires_in: lifeSeconds } };
  },
): Promise<{ shop: ShopBench; granted(): SeenRequest[]; used(): unknown[] }> {
  const shop = await startShopBench({ credential: CLIENT });
  const { vendor } = shop.bench;
  const granted = (): SeenRequest[] => vendor.seen.filter(({ url }) => url === TOKEN_PATH);
  vendor.otherwise = (request) =>
    request.url === TOKEN_PATH ? grant(request, `token_${granted().length}`) : { json: { data: {} } };
  const calls = (): SeenRequest[] => vendor.seen.filter(({ url }) => url !== TOKEN_PATH);
  return { shop, granted, used: () => calls().map(({ headers }) => headers["x-shopify-access-token"]) };
}

it("fetches a token with the client's credentials, and uses it as long as it lives", async () => {
  const { shop, granted, used } = await startGranting(86_399);
  await using _ = shop;
  await shop.bench.call(READ);
  await shop.bench.call(READ);
  expect(granted().map(({ body }) => JSON.parse(body))).toEqual([
    { grant_type: "client_credentials", client_id: "client_1", client_secret: "shpss_canary" },
  ]);
  expect(used()).toEqual(["token_1", "token_1"]);
});

it("fetches one token for calls at the same time", async () => {
  const { shop, granted, used } = await startGranting(86_399, (_request, token) => ({
    json: { access_token: token, expires_in: 86_399 },
    delayMs: 50,
  }));
  await using _ = shop;
  await Promise.all(Array.from({ length: 8 }, () => shop.bench.call(READ)));
  expect(granted()).toHaveLength(1);
  expect(new Set(used())).toEqual(new Set(["token_1"]));
});

it("renews it a minute before it ends", async () => {
  const { shop, used } = await startGranting(3_600);
  await using _ = shop;
  await shop.bench.call(READ);
  shop.bench.clock.now += 3_539_000;
  await shop.bench.call(READ);
  shop.bench.clock.now += 2_000;
  await shop.bench.call(READ);
  expect(used()).toEqual(["token_1", "token_1", "token_2"]);
});

it("renews a short one at half its life", async () => {
  const { shop, used } = await startGranting(20);
  await using _ = shop;
  await shop.bench.call(READ);
  shop.bench.clock.now += 9_000;
  await shop.bench.call(READ);
  shop.bench.clock.now += 2_000;
  await shop.bench.call(READ);
  expect(used()).toEqual(["token_1", "token_1", "token_2"]);
});

it.each<[string, VendorMove]>([
  ["refuses", { status: 401, json: { error: "invalid_client" } }],
  ["gives no token", { json: { scope: "" } }],
  ["gives an empty token", { json: { access_token: "", expires_in: 3_600 } }],
  ["gives a token that no header can hold", { json: { access_token: "a\nb", expires_in: 3_600 } }],
  ["gives no JSON", { text: "<html>" }],
  ["breaks", "reset"],
])(
  "sends and spends nothing where the token endpoint %s, and asks again the next time",
  async (_name, move) => {
    const { shop, granted, used } = await startGranting(3_600, (_request, token) =>
      token === "token_1" ? move : { json: { access_token: token, expires_in: 3_600 } },
    );
    await using _ = shop;
    const query = `mutation { giftCardCreate(input: { initialAmount: { amount: "5", currencyCode: USD } }) { giftCard { id } } }`;
    const failed = await shop.bench.call({ path: GRAPHQL_PATH, json: { query } });
    expect(failed.code).toBe("upstream_unreachable");
    expect(failed.text).not.toContain("shpss_canary");
    expect(used()).toEqual([]);
    expect(await shop.bench.spend()).toEqual({ spent: 0, held: 0, unknown: 0 });
    expect((await shop.bench.call(READ)).status).toBe(200);
    expect(granted()).toHaveLength(2);
  },
);

it("shows neither the token nor the client's secret", async () => {
  const { shop } = await startGranting(3_600);
  await using _ = shop;
  const { vendor } = shop.bench;
  const { otherwise } = vendor;
  vendor.otherwise = (request) =>
    request.url === TOKEN_PATH ? otherwise(request) : { json: { echo: ["token_1", "shpss_canary"] } };
  const { text } = await shop.bench.call(READ);
  expect(text).not.toMatch(/token_1|shpss_canary/);
});

it("takes the vault key from Shopify's own header, and sends the shop only the real one", async () => {
  await using shop = await startShopBench();
  shop.bench.vendor.otherwise = () => ({ json: { data: {} } });
  const { token } = shop.bench.key;
  const response = await fetch(`${shop.bench.proxyUrl}/shopify${GRAPHQL_PATH}`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-shopify-access-token": token },
    body: JSON.stringify(READ.json),
  });
  expect(response.status).toBe(200);
  const [seen] = shop.bench.vendor.seen;
  expect(seen?.headers["x-shopify-access-token"]).toBe("shpat_bench");
  expect(JSON.stringify(seen)).not.toContain(token);
});

it("needs to be told the shop", () => {
  const start = (): unknown =>
    createProxy({ vendors: { shopify: { credential: "shpat_1" } }, tokens: [{ name: "a", token: "b" }] });
  expect(start).toThrow(ConfigError);
  expect(start).toThrow(
    "vendors.shopify.upstream: missing; every shop has its own, https://{shop}.myshopify.com",
  );
});
