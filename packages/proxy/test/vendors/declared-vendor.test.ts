import { expect, it } from "vitest";
import type { ProxyConfig } from "../../src/config/config.ts";
import { startForTest, type TestBench } from "../../test-support/start-for-test.ts";
import { startVendor, type VendorCall } from "../../test-support/start-vendor.ts";

type Routes = NonNullable<ProxyConfig["vendors"][string]["routes"]>;

const SECRET = "acme-secret-canary";

async function startAcme(
  routes: Routes,
  auth = { header: "Authorization", value: "Token {{secret}}" },
): Promise<{ bench: TestBench; calls: VendorCall[] }> {
  const vendor = await startVendor((_call, response) => response.writeHead(202).end());
  const bench = await startForTest({
    config: {
      fx: { EUR: 1.1, JPY: 0.0067 },
      vendors: { acme: { upstream: vendor.url, credential: SECRET, auth, routes } },
    },
  });
  return { bench, calls: vendor.calls };
}

async function price(routes: Routes, contentType: string, body: string): Promise<string | undefined> {
  const { bench } = await startAcme(routes);
  const key = await bench.issue({ vendor: "acme", daily_usd_cap: 1000 });
  const { headers } = await bench.send("POST", "/acme/v1/orders", {
    headers: { authorization: `Bearer ${key.token}`, "content-type": contentType },
    body,
  });
  return String(headers["x-keybrake-code"] ?? headers["keybrake-cost-usd"]);
}

const match = "POST /v1/orders";
const json = "application/json";
const form = "application/x-www-form-urlencoded";

it.each<[string, Routes[number], string, string, string]>([
  ["major units", { match, amount: "/total", scale: "major" }, json, '{"total": 12.34}', "12.34"],
  [
    "major units as text",
    { match, amount: "/total", scale: "major" },
    json,
    '{"total": "12.345678"}',
    "12.345678",
  ],
  ["minor units", { match, amount: "/total", scale: "minor" }, json, '{"total": 1234}', "12.34"],
  [
    "a nested pointer",
    { match, amount: "/order/lines/0/sum", scale: "major" },
    json,
    '{"order":{"lines":[{"sum":5}]}}',
    "5.00",
  ],
  [
    "another currency",
    { match, amount: "/total", currency: "/cur", scale: "major" },
    json,
    '{"total":10,"cur":"EUR"}',
    "11.00",
  ],
  [
    "zero decimals",
    { match, amount: "/total", currency: "/cur", scale: "minor" },
    json,
    '{"total":2000,"cur":"jpy"}',
    "13.40",
  ],
  ["a form", { match, amount: "/total", scale: "major", body: "form" }, form, "total=7.5", "7.50"],
  ["a fixed price", { match, per_call_usd: 0.0009 }, json, "[]", "0.0009"],
  ["nothing", { match, price: "free" }, json, "anything", "0.00"],
  ["no price", { match, price: "unpriced" }, json, "{}", "unpriced_endpoint"],
  ["no such field", { match, amount: "/total", scale: "major" }, json, "{}", "unreadable_amount"],
  [
    "too many decimals",
    { match, amount: "/total", scale: "major" },
    json,
    '{"total":0.1234567}',
    "unreadable_amount",
  ],
  [
    "a float of minor units",
    { match, amount: "/total", scale: "minor" },
    json,
    '{"total":12.5}',
    "unreadable_amount",
  ],
  [
    "a name in other letters",
    { match, amount: "/total", scale: "major" },
    json,
    '{"total":1,"Total":9}',
    "unreadable_amount",
  ],
  [
    "an unknown currency",
    { match, amount: "/total", currency: "/cur", scale: "major" },
    json,
    '{"total":1,"cur":"xts"}',
    "currency_unpriced",
  ],
  [
    "no currency",
    { match, amount: "/total", currency: "/cur", scale: "major" },
    json,
    '{"total":1}',
    "unreadable_amount",
  ],
  ["the wrong encoding", { match, amount: "/total", scale: "major" }, form, "total=1", "unreadable_amount"],
  [
    "every item of a list",
    { match, amount: "/units/*/value", currency: "/units/*/cur", scale: "major" },
    json,
    '{"units":[{"value":"1.00","cur":"USD"},{"value":"100.00","cur":"EUR"}]}',
    "111.00",
  ],
  [
    "every item of a list in one currency",
    { match, amount: "/units/*/value", currency: "/cur", scale: "minor" },
    json,
    '{"units":[{"value":100},{"value":250}],"cur":"USD"}',
    "3.50",
  ],
  [
    "an index that leaves out an item",
    { match, amount: "/units/0/value", scale: "major" },
    json,
    '{"units":[{"value":1},{"value":999}]}',
    "unreadable_amount",
  ],
  [
    "more amounts than currencies",
    { match, amount: "/units/*/value", currency: "/units/*/cur", scale: "major" },
    json,
    '{"units":[{"value":1,"cur":"USD"},{"value":2,"cur":"USD"},{"value":999}]}',
    "unreadable_amount",
  ],
  [
    "amounts that add up",
    { match, amount: ["/sum/amount", "/tip/amount"], scale: "minor" },
    json,
    '{"sum":{"amount":1000},"tip":{"amount":150}}',
    "11.50",
  ],
  [
    "amounts of which one is missing",
    { match, amount: ["/sum/amount", "/tip/amount"], scale: "minor" },
    json,
    '{"sum":{"amount":1000}}',
    "10.00",
  ],
  [
    "amounts of which all are missing",
    { match, amount: ["/sum/amount", "/tip/amount"], scale: "minor" },
    json,
    "{}",
    "unreadable_amount",
  ],
])("prices a call by %s", async (_name, route, contentType, body, expected) => {
  expect(await price([route], contentType, body)).toBe(expected);
});

it("sends the credential as the operator says, and in no other header", async () => {
  const { bench, calls } = await startAcme([], { header: "X-Api-Key", value: "{{secret}}" });
  const key = await bench.issue({ vendor: "acme" });
  await bench.send("GET", "/acme/v1/things", { headers: { authorization: `Bearer ${key.token}` } });
  expect(calls[0]?.headers).toMatchObject({ "x-api-key": SECRET });
  expect(calls[0]?.headers).not.toHaveProperty("authorization");
});

it("takes the vault key from the vendor's own header, as the vendor's SDK sends it", async () => {
  const { bench, calls } = await startAcme([], { header: "X-Api-Key", value: "key {{secret}}" });
  const key = await bench.issue({ vendor: "acme" });
  for (const value of [key.token, `key ${key.token}`]) {
    const answer = await bench.send("GET", "/acme/v1/things", { headers: { "x-api-key": value } });
    expect(answer.status).toBe(202);
  }
  expect(calls.map(({ headers }) => headers["x-api-key"])).toEqual([`key ${SECRET}`, `key ${SECRET}`]);
});

it("takes the vault key as Basic user and as Basic password", async () => {
  const { bench, calls } = await startAcme([]);
  const key = await bench.issue({ vendor: "acme" });
  for (const pair of [`${key.token}:`, `AC123:${key.token}`, `${key.token}:x`, key.token]) {
    const authorization = `Basic ${Buffer.from(pair).toString("base64")}`;
    const answer = await bench.send("GET", "/acme/v1/things", { headers: { authorization } });
    expect(answer.status).toBe(202);
  }
  expect(new Set(calls.map(({ headers }) => headers.authorization))).toEqual(new Set([`Token ${SECRET}`]));
});

it("lets the operator's routes come before the built-in ones", async () => {
  const bench = await startForTest({ stripe: { routes: [{ match: "POST /v1/charges", per_call_usd: 3 }] } });
  const key = await bench.issue({ daily_usd_cap: 10 });
  expect((await bench.charge(key)).headers["keybrake-cost-usd"]).toBe("3.00");
});

it.each([
  ["GET", "/v1/geocode/json", "0.01"],
  ["HEAD", "/v1/geocode/json", "0.01"],
  ["GET", "/V1/geocode/json", "unpriced_endpoint"],
  ["GET", "/v1/geocode/JSON", "unpriced_endpoint"],
  ["GET", "/v1/geocode/json.", "unpriced_endpoint"],
  ["GET", "/v1/geocode/json%20", "unpriced_endpoint"],
  ["HEAD", "/v1/geocode/JSON", "unpriced_endpoint"],
  ["GET", "/v1/anything/else", "unpriced_endpoint"],
  ["GET", "/v1/status", "0.00"],
  ["HEAD", "/v1/status", "0.00"],
])("lets no %s of a vendor with priced reads pass for free: %s", async (method, path, expected) => {
  const { bench } = await startAcme([
    { match: "GET /v1/geocode/json", per_call_usd: 0.01 },
    { match: "GET /v1/status", price: "free" },
  ]);
  const key = await bench.issue({ vendor: "acme", daily_usd_cap: 1000 });
  const { headers } = await bench.send(method, `/acme${path}`, {
    headers: { authorization: `Bearer ${key.token}` },
  });
  expect(headers["x-keybrake-code"] ?? headers["keybrake-cost-usd"]).toBe(expected);
});

it.each([
  ["GET", "/sms/json?to=1&text=hi", "unpriced_endpoint"],
  ["HEAD", "/sms/json?to=1", "unpriced_endpoint"],
  ["GET", "/SMS/json/", "unpriced_endpoint"],
  ["GET", "/sms/search", "0.00"],
  ["GET", "/orders/1", "0.00"],
  ["GET", "/orders/1/lines", "0.00"],
])("lets no %s pass for free on a path that costs by another method: %s", async (method, path, expected) => {
  const { bench } = await startAcme([
    { match: "POST /sms/json", per_call_usd: 0.01 },
    { match: "POST /orders/*", per_call_usd: 0.01 },
    { match: "GET /orders/*", price: "free" },
  ]);
  const key = await bench.issue({ vendor: "acme", daily_usd_cap: 1000 });
  const { headers } = await bench.send(method, `/acme${path}`, {
    headers: { authorization: `Bearer ${key.token}` },
  });
  expect(headers["x-keybrake-code"] ?? headers["keybrake-cost-usd"]).toBe(expected);
});
