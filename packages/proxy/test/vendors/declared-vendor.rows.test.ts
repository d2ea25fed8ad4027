import { expect, it } from "vitest";
import type { ProxyConfig } from "../../src/config/config.ts";
import { startVendorBench, type VendorBench } from "../../test-support/vendors/vendor-bench.ts";

type Routes = NonNullable<ProxyConfig["vendors"][string]["routes"]>;

const AUTH = { header: "Authorization", value: "Bearer {{secret}}" };

async function startDeclared(
  route: Routes[number],
  config: Partial<ProxyConfig["vendors"][string]> = {},
): Promise<VendorBench> {
  return startVendorBench("declared", {
    credential: "declared_secret",
    auth: AUTH,
    routes: [route],
    ...config,
  });
}

const slackLike = {
  match: "POST /api/chat.postMessage",
  per_call_usd: 0.01,
  success: { pointer: "/ok", equals: true },
};

it.each<[string, unknown, number, string]>([
  ["ok is true", { ok: true }, 0.01, "settled"],
  ["ok is false", { ok: false, error: "channel_not_found" }, 0, "released"],
  ["ok is missing", { channel: "C1" }, 0.01, "settled"],
  ["ok is no value", { ok: { is: true } }, 0.01, "settled"],
])("row 95: a vendor like Slack, where %s", async (_name, json, cost, outcome) => {
  await using bench = await startDeclared(slackLike);
  bench.vendor.moves.push({ json });
  await bench.call({ path: "/api/chat.postMessage", json: { channel: "C1", text: "hi" } });
  expect((await bench.entries())[0]).toMatchObject({ reservedUsd: 0.01, costUsd: cost, outcome });
});

const sendGridLike = {
  match: "POST /v3/mail/send",
  per_call_usd: 0.0009,
  multiply: ["/personalizations/*/to", "/personalizations/*/cc", "/personalizations/*/bcc"],
};
const to = (...names: string[]): object[] => names.map((name) => ({ email: `${name}@example.com` }));

it("row 96: a vendor like SendGrid: three recipients, 202, no body", async () => {
  await using bench = await startDeclared(sendGridLike);
  bench.vendor.moves.push({ status: 202, text: "" });
  const json = { personalizations: [{ to: to("a"), cc: to("b") }, { to: to("c") }], subject: "hi" };
  const { status } = await bench.call({ path: "/v3/mail/send", json });
  expect(status).toBe(202);
  expect((await bench.entries())[0]).toMatchObject({
    reservedUsd: 0.0027,
    costUsd: 0.0027,
    outcome: "settled",
  });
  expect(await bench.spend()).toEqual({ spent: 0.0027, held: 0, unknown: 0 });
});

it.each<[string, unknown, number | string]>([
  ["one list", { personalizations: [{ to: to("a", "b") }] }, 0.0018],
  ["a text with separators", { personalizations: [{ to: "a@x, b@x; c@x" }] }, 0.0027],
  ["texts in a list", { personalizations: [{ to: ["a@x", "b@x,c@x"] }] }, 0.0027],
  ["null beside a list", { personalizations: [{ to: to("a"), cc: null }] }, 0.0009],
  ["no recipient", { personalizations: [] }, "unreadable_amount"],
  ["nothing where the pointers look", { recipients: to("a") }, "unreadable_amount"],
  ["an object in place of a list", { personalizations: { to: to("a") } }, "unreadable_amount"],
  ["an object of recipients", { personalizations: [{ to: { a: 1, b: 2 } }] }, "unreadable_amount"],
  ["lists in a list", { personalizations: [{ to: [["a@x", "b@x"]] }] }, "unreadable_amount"],
  ["a name in other letters", { personalizations: [{ to: to("a"), CC: to("b") }] }, "unreadable_amount"],
  ["a list as the body", [{ personalizations: [{ to: to("a") }] }], "unreadable_amount"],
])("row 96: counts %s", async (_name, json, expected) => {
  await using bench = await startDeclared(sendGridLike);
  bench.vendor.otherwise = () => ({ status: 202, text: "" });
  const { code } = await bench.call({ path: "/v3/mail/send", json });
  expect(code ?? (await bench.entries())[0]?.costUsd).toBe(expected);
});

it("row 96: a body that is missing is no body without recipients", async () => {
  await using bench = await startDeclared(sendGridLike);
  expect((await bench.call({ path: "/v3/mail/send" })).code).toBe("unreadable_amount");
});

const PLAID = {
  "PLAID-CLIENT-ID": "client_1",
  "PLAID-SECRET": "{{secret}}",
  "Plaid-Version": "2020-09-14",
};
const plaidLike = { match: "POST /transfer/create", amount: "/amount", scale: "major" as const };

it("sends several headers, and none of the caller's in their place", async () => {
  await using bench = await startDeclared(plaidLike, { auth: PLAID });
  bench.vendor.otherwise = () => ({ json: { transfer: { id: "t" } } });
  await bench.call({
    path: "/transfer/create",
    json: { amount: "12.34" },
    headers: { "plaid-client-id": "another", "plaid-version": "1999-01-01" },
  });
  expect(bench.vendor.seen[0]?.headers).toMatchObject({
    "plaid-client-id": "client_1",
    "plaid-secret": "declared_secret",
    "plaid-version": "2020-09-14",
  });
  expect(bench.vendor.seen[0]?.headers).not.toHaveProperty("authorization");
  expect((await bench.entries())[0]).toMatchObject({ costUsd: 12.34 });
});

it("takes the vault key from the one header of several that holds the secret", async () => {
  await using bench = await startDeclared(plaidLike, { auth: PLAID });
  bench.vendor.otherwise = () => ({ json: {} });
  const response = await fetch(`${bench.proxyUrl}/declared/accounts/get`, {
    headers: { "plaid-secret": bench.key.token },
  });
  expect(response.status).toBe(200);
  expect(bench.vendor.seen[0]?.headers["plaid-secret"]).toBe("declared_secret");
});

it.each<[string, Routes[number], unknown, number | string]>([
  ["a nested pointer", { match: "/x", amount: "/a/0/b", scale: "major" }, { a: [{ b: "1.50" }] }, 1.5],
  [
    "a pointer with escapes",
    { match: "/x", amount: "/a~1b/c~0d", scale: "major" },
    { "a/b": { "c~d": 2 } },
    2,
  ],
  [
    "a name that objects have anyway",
    { match: "/x", amount: "/constructor", scale: "major" },
    {},
    "unreadable_amount",
  ],
])("reads an amount at %s", async (_name, route, json, expected) => {
  await using bench = await startDeclared(route);
  bench.vendor.otherwise = () => ({ json: {} });
  const { code } = await bench.call({ path: "/x", json });
  expect(code ?? (await bench.entries())[0]?.costUsd).toBe(expected);
});

it.each<[string | number | boolean | null, unknown, number]>([
  [0, { status: 0 }, 1],
  [0, { status: "0" }, 1],
  ["0", { status: 0 }, 1],
  [0, { status: 4 }, 0],
  ["sent", { status: "failed" }, 0],
  [true, { status: "true" }, 1],
  [null, {}, 1],
  [null, { status: null }, 1],
  [null, { status: { message: "refused" } }, 0],
])("tells success by %j of %j", async (equals, json, cost) => {
  const success = { pointer: "/status", equals };
  await using bench = await startDeclared({ match: "POST /x", per_call_usd: 1, success });
  bench.vendor.otherwise = () => ({ json });
  await bench.call({ path: "/x", json: {} });
  expect((await bench.entries())[0]).toMatchObject({ reservedUsd: 1, costUsd: cost });
});

it.each<[unknown, number | string]>([
  [{ lists: [{ to: to("a", "b") }] }, 0.0018],
  [{ lists: [{ to: to("a") }, { to: to("b", "c") }] }, "unreadable_amount"],
])("counts no list of which an index leaves out items: %j", async (json, expected) => {
  await using bench = await startDeclared({
    match: "POST /x",
    per_call_usd: 0.0009,
    multiply: ["/lists/0/to"],
  });
  bench.vendor.otherwise = () => ({ json: {} });
  const { code } = await bench.call({ path: "/x", json });
  expect(code ?? (await bench.entries())[0]?.costUsd).toBe(expected);
});

it("prices a GET with a query where the price is the same for all", async () => {
  await using bench = await startDeclared({ match: "GET /v1/lookup/*", per_call_usd: 0.008 });
  bench.vendor.otherwise = () => ({ json: {} });
  const { status } = await bench.call({ method: "GET", path: "/v1/lookup/1?fields=carrier" });
  expect(status).toBe(200);
  expect((await bench.entries())[0]).toMatchObject({ costUsd: 0.008 });
});

it.each<[string, Partial<ProxyConfig["vendors"][string]>, string]>([
  ["no header with the secret", { auth: { "X-Key": "plain" } }, "vendors.declared.auth: no header holds"],
  [
    "multiply of a form",
    { routes: [{ match: "/x", per_call_usd: 1, multiply: ["/to"], body: "form" }] },
    "vendors.declared.routes[0]: multiply counts in JSON",
  ],
])("refuses the configuration: %s", async (_name, config, message) => {
  await expect(startDeclared(slackLike, config)).rejects.toThrow(message);
});

const COST = { answer: "/total", currency: "/currency" };

it.each<[string, Routes[number], unknown, number, string[]]>([
  [
    "a flat price",
    { match: "POST /x", per_call_usd: 1, cost: COST },
    { total: 0.4, currency: "USD" },
    0.4,
    [],
  ],
  [
    "a flat price that was too low",
    { match: "POST /x", per_call_usd: 1, cost: COST },
    { total: "2.50", currency: "usd" },
    2.5,
    ["overage"],
  ],
  [
    "an amount of the call",
    { match: "POST /x", amount: "/amount", scale: "minor", cost: { answer: "/charged" } },
    { charged: 90 },
    0.9,
    [],
  ],
  [
    "several amounts",
    { match: "POST /x", per_call_usd: 1, cost: { answer: ["/fee", "/items/*/price"], scale: "minor" } },
    { fee: 10, items: [{ price: 20 }, { price: 30 }] },
    0.6,
    [],
  ],
  ["no total", { match: "POST /x", per_call_usd: 1, cost: COST }, { currency: "USD" }, 1, ["estimate"]],
  [
    "a total that isn't one",
    { match: "POST /x", per_call_usd: 1, cost: COST },
    { total: -1, currency: "USD" },
    1,
    ["estimate"],
  ],
  [
    "another currency",
    { match: "POST /x", per_call_usd: 1, cost: COST },
    { total: 9, currency: "XTS" },
    1,
    ["estimate"],
  ],
])("reads the actual cost of %s from the response", async (_name, route, json, cost, notes) => {
  await using bench = await startDeclared(route);
  bench.vendor.moves.push({ json });
  await bench.call({ path: "/x", json: { amount: 100 } });
  expect((await bench.entries())[0]).toMatchObject({ reservedUsd: 1, costUsd: cost, notes });
});

it("reads the actual cost of an unpriced call from the response", async () => {
  await using bench = await startDeclared({ match: "POST /x", price: "unpriced", cost: COST });
  const key = await bench.issue({ dailyUsdCap: 10, maxUsdPerCall: 2 });
  bench.vendor.moves.push({ json: { total: 11, currency: "USD" } });
  await bench.call({ path: "/x", json: {}, key });
  expect((await bench.entries())[0]).toMatchObject({ reservedUsd: 2, costUsd: 11, notes: ["overage"] });
  expect((await bench.call({ path: "/x", json: {}, key })).code).toBe("cap_exhausted");
});

it.each(["free", "secret"] as const)("a %s route has no cost to read", async (price) => {
  await expect(startDeclared({ match: "POST /x", price, cost: COST })).rejects.toThrow("has no cost to read");
});
