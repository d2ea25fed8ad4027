import { describe, expect, it } from "vitest";
import { until } from "../../../test-support/until.ts";
import {
  ACCOUNT,
  CALLS,
  type Form,
  MESSAGES,
  OTHER_ACCOUNT,
  startTwilioBench,
  toForm,
  toMessage,
} from "../../../test-support/vendors/twilio-bench.ts";

const SPENT_NOTHING = { spent: 0, held: 0, unknown: 0 };

describe("messages", () => {
  it("row 68: a text is its segments until Twilio shows its price", async () => {
    await using bench = await startTwilioBench();
    let price: string | null = null;
    bench.vendor.otherwise = ({ method }) => ({
      status: method === "POST" ? 201 : 200,
      json: toMessage({ price }),
    });
    const { status } = await bench.call({ path: MESSAGES, ...toForm({ Body: "hi" }) });
    expect(status).toBe(201);
    expect(await bench.spend()).toEqual({ spent: 0.0145, held: 0, unknown: 0 });
    price = "-0.00830";
    await until("the price is known", async () => (await bench.spend()).spent === 0.0083);
    expect((await bench.entries())[0]).toMatchObject({
      reservedUsd: 0.0145,
      costUsd: 0.0083,
      notes: ["trued_up"],
    });
    expect(bench.vendor.seen.at(-1)?.url).toBe(
      `/2010-04-01/Accounts/${ACCOUNT}/Messages/${toMessage().sid}.json`,
    );
  });

  it.each<[string, Form, string, number]>([
    ["row 69: 161 characters of GSM-7", { Body: "a".repeat(161) }, "2", 0.029],
    ["row 69: 81 euro signs", { Body: "€".repeat(81) }, "2", 0.029],
    ["row 69: 71 characters of UCS-2", { Body: "ê".repeat(71) }, "2", 0.029],
    ["row 69: 36 emoji", { Body: "👍".repeat(36) }, "2", 0.029],
    ["row 69: one curly apostrophe", { Body: `${"a".repeat(100)}’` }, "2", 0.029],
    ["row 70: a messaging service", { Body: "hi", MessagingServiceSid: "MG1", From: [] }, "0", 0.0145],
    ["row 71: two media", { MediaUrl: ["https://a.example/1", "https://a.example/2"] }, "0", 0.035],
    ["row 72: a template", { ContentSid: "HX1" }, "1", 0.145],
  ])("%s", async (_name, form, num_segments, usd) => {
    await using bench = await startTwilioBench();
    bench.vendor.moves.push({ status: 201, json: toMessage({ num_segments }) });
    await bench.call({ path: MESSAGES, ...toForm(form) });
    expect(await bench.spend()).toEqual({ spent: usd, held: 0, unknown: 0 });
    expect((await bench.entries())[0]).toMatchObject({ reservedUsd: usd, costUsd: usd });
  });

  it.each([
    [400, 21211],
    [429, 20429],
  ])("row 73: a %i (%i) costs nothing", async (status, code) => {
    await using bench = await startTwilioBench();
    bench.vendor.moves.push({ status, json: { code, message: "no", status } });
    expect((await bench.call({ path: MESSAGES, ...toForm({ Body: "hi" }) })).status).toBe(status);
    expect(await bench.spend()).toEqual(SPENT_NOTHING);
    expect((await bench.entries())[0]).toMatchObject({ outcome: "released", reservedUsd: 0.0145 });
  });

  it.each([
    ["500", { status: 500, json: { code: 20500 } }, 500],
    ["reset", "reset", 502],
    ["time-out", "hang", 504],
  ] as const)("row 74: after a %s, the same again is another message", async (_name, move, status) => {
    await using bench = await startTwilioBench({}, {}, { limits: { upstream_timeout_ms: 200 } });
    bench.vendor.moves.push(move, { status: 201, json: toMessage() });
    const call = {
      path: MESSAGES,
      ...toForm({ Body: "hi" }),
    };
    const headers = { ...call.headers, "idempotency-key": "same" };
    expect((await bench.call({ ...call, headers })).status).toBe(status);
    expect(await bench.spend()).toEqual({ spent: 0, held: 0.0145, unknown: 0.0145 });
    expect((await bench.call({ ...call, headers })).status).toBe(201);
    expect(await bench.spend()).toEqual({ spent: 0.0145, held: 0.0145, unknown: 0.0145 });
  });

  it("row 75: a price in another currency is converted, rounded up", async () => {
    await using bench = await startTwilioBench();
    bench.vendor.moves.push({ status: 201, json: toMessage() });
    bench.vendor.otherwise = () => ({ json: toMessage({ price: "-1.2", price_unit: "JPY" }) });
    await bench.call({ path: MESSAGES, ...toForm({ Body: "hi" }) });
    await until("the price is known", async () => (await bench.spend()).spent === 0.00804);
    expect((await bench.entries())[0]).toMatchObject({ reservedUsd: 0.0145, costUsd: 0.00804 });
  });

  it.each(["+442071838750", "whatsapp:+14155550100", "rcs:+14155550100", "4155550100", "+1 415 555 0100"])(
    "row 76: to %s, which has no price",
    async (To) => {
      await using bench = await startTwilioBench();
      const { status, code } = await bench.call({ path: MESSAGES, ...toForm({ To, Body: "hi" }) });
      expect({ status, code }).toEqual({ status: 403, code: "unpriced_endpoint" });
      expect(bench.vendor.seen).toEqual([]);
      expect(await bench.spend()).toEqual(SPENT_NOTHING);
    },
  );

  it("says that an unescaped + of a number arrived as a space", async () => {
    await using bench = await startTwilioBench();
    const { status, code, text } = await bench.call({
      path: MESSAGES,
      body: "To=+14155550100&Body=hi",
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
    expect({ status, code }).toEqual({ status: 400, code: "unreadable_amount" });
    expect(text).toContain("not in E.164 form");
    expect(bench.vendor.seen).toEqual([]);
  });
});

describe("calls", () => {
  it.each([
    ["60", 0.014],
    ["61", 0.028],
    ["3600", 0.84],
  ])("row 77: %s seconds at most", async (TimeLimit, usd) => {
    await using bench = await startTwilioBench();
    bench.vendor.moves.push({ status: 201, json: { sid: "CA1", price: null } });
    await bench.call({ path: CALLS, ...toForm({ Url: "https://a.example/twiml", TimeLimit }) });
    expect(await bench.spend()).toEqual({ spent: usd, held: 0, unknown: 0 });
  });

  it("row 77: no TimeLimit", async () => {
    await using bench = await startTwilioBench();
    const { code } = await bench.call({ path: CALLS, ...toForm({ Url: "https://a.example/twiml" }) });
    expect(code).toBe("unpriced_endpoint");
    expect(bench.vendor.seen).toEqual([]);
  });

  it("row 77: the true price comes later", async () => {
    await using bench = await startTwilioBench();
    bench.vendor.moves.push({ status: 201, json: { sid: "CA1", price: null } });
    bench.vendor.otherwise = () => ({ json: { sid: "CA1", price: "-0.0014", price_unit: "USD" } });
    await bench.call({ path: CALLS, ...toForm({ Url: "https://a.example/twiml", TimeLimit: "60" }) });
    await until("the price is known", async () => (await bench.spend()).spent === 0.0014);
    expect(bench.vendor.seen.at(-1)?.url).toBe(`/2010-04-01/Accounts/${ACCOUNT}/Calls/CA1.json`);
  });
});

describe("lookups", () => {
  const NUMBER = "/lookups/v2/PhoneNumbers/+14155550100";

  it.each([
    ["with a data package", "?Fields=line_type_intelligence", 0.008],
    ["with none", "", 0],
    ["with a package that is free", "?Fields=validation", 0],
    ["with a package and what is asked of it", "?Fields=line_type_intelligence&CountryCode=US", 0.008],
  ])("row 78: %s", async (_name, query, usd) => {
    await using bench = await startTwilioBench();
    bench.vendor.moves.push({ json: { valid: true } });
    expect((await bench.call({ method: "GET", path: `${NUMBER}${query}` })).status).toBe(200);
    expect(bench.vendor.seen[0]?.url).toBe(`/v2/PhoneNumbers/+14155550100${query}`);
    expect(await bench.spend()).toEqual({ spent: usd, held: 0, unknown: 0 });
  });
});

describe("secrets and wallets", () => {
  const ACCOUNTS = "/2010-04-01/Accounts";

  it.each([
    ["GET", `${ACCOUNTS}/${ACCOUNT}.json`, "secret_endpoint"],
    ["GET", `${ACCOUNTS}/${ACCOUNT}`, "secret_endpoint"],
    ["GET", `${ACCOUNTS}.json`, "secret_endpoint"],
    ["POST", `${ACCOUNTS}.json`, "secret_endpoint"],
    ["POST", `${ACCOUNTS}/${ACCOUNT}/Keys.json`, "secret_endpoint"],
    ["POST", `/api${ACCOUNTS}/${ACCOUNT}/Keys.json`, "secret_endpoint"],
    ["POST", `/api.twilio.com${ACCOUNTS}/${ACCOUNT}/SigningKeys.json`, "secret_endpoint"],
    ["POST", `${ACCOUNTS}/${OTHER_ACCOUNT}/Messages.json`, "account_not_allowed"],
    ["GET", `${ACCOUNTS}/${OTHER_ACCOUNT}/Messages.json`, "account_not_allowed"],
    ["GET", `${ACCOUNTS}/${OTHER_ACCOUNT}.json`, "account_not_allowed"],
  ])("row 79: %s %s", async (method, path, code) => {
    await using bench = await startTwilioBench();
    const answer = await bench.call({ method, path, ...(method === "POST" ? toForm({ Body: "hi" }) : {}) });
    expect({ status: answer.status, code: answer.code }).toEqual({ status: 403, code });
    expect(bench.vendor.seen).toEqual([]);
  });

  it("row 79: a listed account is another wallet that may be used", async () => {
    await using bench = await startTwilioBench({ accounts: [OTHER_ACCOUNT] });
    bench.vendor.moves.push({ status: 201, json: toMessage() });
    const path = MESSAGES.replace(ACCOUNT, OTHER_ACCOUNT);
    expect((await bench.call({ path, ...toForm({ Body: "hi" }) })).status).toBe(201);
    expect((await bench.call({ method: "GET", path: `${ACCOUNTS}/${OTHER_ACCOUNT}.json` })).code).toBe(
      "secret_endpoint",
    );
  });
});

describe("verifications", () => {
  it("row 80: its success and its text", async () => {
    await using bench = await startTwilioBench();
    bench.vendor.moves.push({ status: 201, json: { sid: "VE1", status: "pending" } });
    await bench.call({ path: "/verify/v2/Services/VA1/Verifications", ...toForm({ Channel: "sms" }) });
    expect(await bench.spend()).toEqual({ spent: 0.0645, held: 0, unknown: 0 });
  });
});

describe("credentials", () => {
  const basic = (user: string, password: string): string => `Basic ${btoa(`${user}:${password}`)}`;

  it.each<[string, (token: string) => string]>([
    ["as the password", (token) => basic(ACCOUNT, token)],
    ["as the user", (token) => basic(token, "")],
    ["as a bearer token", (token) => `Bearer ${token}`],
  ])("row 97: the vault key comes %s, and only the real credential goes on", async (_name, toHeader) => {
    await using bench = await startTwilioBench();
    bench.vendor.moves.push({ status: 201, json: toMessage() });
    const { body, headers } = toForm({ Body: "hi" });
    const authorization = toHeader(bench.key.token);
    const { status } = await bench.call({ path: MESSAGES, body, headers: { ...headers, authorization } });
    expect(status).toBe(201);
    expect(bench.vendor.seen[0]?.headers.authorization).toBe(basic(ACCOUNT, "auth_token_canary"));
    expect(JSON.stringify(bench.vendor.seen)).not.toContain("vk_");
  });
});
