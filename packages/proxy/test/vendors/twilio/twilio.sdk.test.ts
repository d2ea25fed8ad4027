import type { Policy, VaultKey } from "@keybrake/core";
import { ERROR_STATUS, type ErrorCode, toErrorAnswer } from "@keybrake/core/protocol";
import { twilioOptions } from "@keybrake/core/twilio";
import { startTwilioSandbox, type TwilioSandbox } from "@keybrake/sandbox";
import twilio from "twilio";
import { describe, expect, it, onTestFinished } from "vitest";
import { until } from "../../../test-support/until.ts";
import { startScriptedVendor } from "../../../test-support/vendors/scripted-vendor.ts";
import { PRICES } from "../../../test-support/vendors/twilio-bench.ts";
import { startVendorBench, type VendorBench } from "../../../test-support/vendors/vendor-bench.ts";

type Client = ReturnType<typeof twilio>;

const MESSAGE = { to: "+14155550100", from: "+15005550006", body: "hi" };

/** Twilio's own HTTP client through the proxy, and what it was asked for there. */
function createHttpClient(key: { baseUrl: string }): { httpClient: twilio.RequestClient; uris: string[] } {
  const uris: string[] = [];
  class Observed extends twilio.RequestClient {
    override request: twilio.RequestClient["request"] = (options) => {
      uris.push(options.uri);
      return super.request(options);
    };
  }
  return { ...twilioOptions(key, { RequestClient: Observed }), uris };
}

interface SdkBench {
  bench: VendorBench;
  sandbox: TwilioSandbox;
  connect(key?: { token: string }): { client: Client; uris: string[] };
}

async function startForTest(policy: Partial<Policy> = {}, withApiKey = false): Promise<SdkBench> {
  const sandbox = await startTwilioSandbox();
  const { accountSid, authToken, apiKeySid, apiKeySecret, url: upstream } = sandbox;
  const credential = withApiKey
    ? { credential: `${apiKeySid}:${apiKeySecret}`, account: accountSid }
    : { credential: `${accountSid}:${authToken}` };
  const config = { ...credential, prices: PRICES };
  const other = { credential: "re_1", upstream };
  const bench = await startVendorBench("twilio", config, policy, {
    vendors: { twilio: { ...config, upstream }, resend: other },
  });
  onTestFinished(async () => {
    await bench[Symbol.asyncDispose]();
    const requests = JSON.stringify(sandbox.requests());
    await sandbox.close();
    expect(requests).not.toContain("vk_");
  });
  return {
    bench,
    sandbox,
    connect(key = bench.key) {
      const { httpClient, uris } = createHttpClient(bench.key);
      return { client: twilio(accountSid, key.token, { httpClient }), uris };
    },
  };
}

describe("the SDK", () => {
  it("sends, calls, looks up, verifies and buys, and the ledgers agree once the prices are known", async () => {
    const { bench, sandbox, connect } = await startForTest({ allowRecurring: true });
    const { client } = connect();
    const message = await client.messages.create(MESSAGE);
    expect(message).toMatchObject({ status: "queued", numSegments: "1", price: null });
    await client.messages.create({ ...MESSAGE, mediaUrl: ["https://a.example/1", "https://a.example/2"] });
    await client.calls.create({
      to: MESSAGE.to,
      from: MESSAGE.from,
      url: "https://a.example",
      timeLimit: 61,
    });
    const fields = "line_type_intelligence";
    await client.lookups.v2.phoneNumbers(MESSAGE.to).fetch({ fields });
    await client.verify.v2.services("VA1").verifications.create({ to: MESSAGE.to, channel: "sms" });
    await client.incomingPhoneNumbers.create({ phoneNumber: "+14155550111" });
    await until("the prices of the others are known", async () => {
      const known = (await bench.entries()).filter(({ notes }) => notes.includes("trued_up"));
      return known.length === 3;
    });
    expect((await bench.entries()).map(({ costUsd }) => costUsd)).toEqual([
      1.15, 0.0645, 0.008, 0.028, 0.022, 0.0083,
    ]);
    // Of a verification no price is asked for: its text was taken for 0.0145 USD and cost 0.0083 here.
    const executedUsd = sandbox.ledger().grossMicroUsd / 1_000_000;
    expect((await bench.spend()).spent).toBeCloseTo(executedUsd + 0.0145 - 0.0083, 9);
    expect(sandbox.requests().every(({ headers }) => headers.authorization?.startsWith("Basic "))).toBe(true);
  });

  it("is told to limit the time of a call", async () => {
    const { sandbox, connect } = await startForTest();
    const { client } = connect();
    const call = { to: MESSAGE.to, from: MESSAGE.from, url: "https://a.example" };
    await expect(client.calls.create(call)).rejects.toMatchObject({
      code: "unpriced_endpoint",
      message: expect.stringContaining("TimeLimit") as string,
    });
    expect(sandbox.requests()).toEqual([]);
    await client.calls.create({ ...call, timeLimit: 60 });
    expect(sandbox.ledger().grossMicroUsd).toBe(14_000);
  });

  it("texts and calls where nothing has a price under max_usd_per_call, and pays what it costs", async () => {
    const { bench, sandbox, connect } = await startForTest({ maxUsdPerCall: 7 });
    const { client } = connect();
    const to = "+442071838750";
    await client.messages.create({ ...MESSAGE, to });
    await client.calls.create({ to, from: MESSAGE.from, url: "https://a.example" });
    expect((await bench.entries()).map(({ reservedUsd }) => reservedUsd)).toEqual([7, 7]);
    const executedUsd = sandbox.ledger().grossMicroUsd / 1_000_000;
    await until("the prices are known", async () => (await bench.spend()).spent === executedUsd);
    expect(executedUsd).toBe(0.05 + 6);
    expect((await bench.entries()).map(({ notes }) => notes)).toEqual([
      expect.arrayContaining(["trued_up"]),
      expect.arrayContaining(["trued_up"]),
    ]);
  });

  it("pages through the older API inside the proxy", async () => {
    const { bench, sandbox, connect } = await startForTest();
    const { client, uris } = connect();
    const made: string[] = [];
    for (const body of ["1", "2", "3", "4", "5"]) {
      made.unshift((await client.messages.create({ ...MESSAGE, body })).sid);
    }
    const listed = await client.messages.list({ pageSize: 2 });
    expect(listed.map(({ sid }) => sid)).toEqual(made);
    expect(uris).toHaveLength(8);
    expect(uris.every((uri) => uri.startsWith(`${bench.proxyUrl}/twilio/`))).toBe(true);
    expect(sandbox.requests().filter(({ path }) => path.includes("PageToken="))).toHaveLength(2);
  });

  it("pages through the newer APIs inside the proxy, though their links are absolute", async () => {
    const { bench, connect } = await startForTest();
    const { client, uris } = connect();
    for (const friendlyName of ["1", "2", "3"]) await client.messaging.v1.services.create({ friendlyName });
    const first = await client.messaging.v1.services.page({ pageSize: 2 });
    expect(first.nextPageUrl).toMatch(`${bench.proxyUrl}/twilio/messaging/v1/Services?`);
    const second = await first.nextPage();
    expect(second?.instances.map(({ friendlyName }) => friendlyName)).toEqual(["1"]);
    expect(second?.instances[0]?.url).toContain(`${bench.proxyUrl}/twilio/messaging/v1/Services/MG`);
    expect(await client.messaging.v1.services.list({ pageSize: 2 })).toHaveLength(3);
    expect(
      uris.every((uri) => /^\/twilio\/messaging(\.twilio\.com)?\/v1\//.test(new URL(uri).pathname)),
    ).toBe(true);
    expect(new Set(uris.map((uri) => new URL(uri).origin))).toEqual(new Set([bench.proxyUrl]));
    expect((await bench.entries()).length).toBe(uris.length);
  });

  it("sees Twilio's own errors untouched", async () => {
    const { bench, connect } = await startForTest();
    const sent = connect().client.messages.create({ ...MESSAGE, to: "+15005550001" });
    await expect(sent).rejects.toMatchObject({ status: 400, code: 21211 });
    expect(await bench.spend()).toEqual({ spent: 0, held: 0, unknown: 0 });
  });

  it("holds what may have been sent, and lets no more through than the cap has room for", async () => {
    const { bench, sandbox, connect } = await startForTest({ dailyUsdCap: 0.03 });
    const { client, uris } = connect();
    sandbox.fail({ kind: "reset_after_effect" });
    const sent = client.messages.create(MESSAGE);
    await expect(sent).rejects.toMatchObject({ status: 502, code: "upstream_unreachable" });
    await client.messages.create(MESSAGE);
    await until("a price is known", async () => (await bench.spend()).spent === 0.0083);
    await expect(client.messages.create(MESSAGE)).rejects.toMatchObject({ code: "cap_exhausted" });
    expect(uris).toHaveLength(3);
    expect(sandbox.ledger().grossMicroUsd).toBe(2 * 8300);
    expect(await bench.spend()).toEqual({ spent: 0.0083, held: 0.0145, unknown: 0.0145 });
  });

  it("works where the proxy holds an API key", async () => {
    const { bench, connect } = await startForTest({}, true);
    await connect().client.messages.create(MESSAGE);
    await until("the price is known", async () => (await bench.spend()).spent === 0.0083);
  });

  it("acts on a sub-account that the key lists, and on no other", async () => {
    const { bench, sandbox, connect } = await startForTest();
    const listed = await bench.issue({ accounts: [sandbox.subaccountSid] });
    const send = (key: VaultKey): Promise<unknown> =>
      connect(key).client.api.v2010.accounts(sandbox.subaccountSid).messages.create(MESSAGE);
    await send(listed);
    expect(sandbox.ledger().entries[0]?.metadata.account_sid).toBe(sandbox.subaccountSid);
    await expect(send(bench.key)).rejects.toMatchObject({ status: 403, code: "account_not_allowed" });
  });
});

describe("refusals", () => {
  it.each(Object.entries(ERROR_STATUS) as [ErrorCode, number][])(
    "row 98: %s reaches the SDK's caller as a typed error, after one attempt",
    async (code, status) => {
      const proxy = await startScriptedVendor();
      onTestFinished(() => proxy.close());
      const { headers, body } = toErrorAnswer({ code, message: "why" }, "req_1");
      proxy.otherwise = () => ({ status, headers, json: body });
      const client = twilio("AC1", "vk_1", twilioOptions({ baseUrl: proxy.url }, twilio));
      const error: unknown = await client.messages.create(MESSAGE).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(twilio.RestException);
      expect(error).toMatchObject({ code, status, message: expect.stringContaining("why") });
      expect(proxy.seen).toHaveLength(1);
    },
  );

  it.each<[string, Partial<Policy>, (client: Client) => Promise<unknown>]>([
    ["cap_exhausted", { dailyUsdCap: 0.01 }, (client) => client.messages.create(MESSAGE)],
    [
      "call_limit_reached",
      { maxCalls: 1 },
      (client) => client.messages.list().then(() => client.messages.list()),
    ],
    [
      "rate_limited",
      { callsPerMinute: 1 },
      (client) => client.messages.list().then(() => client.messages.list()),
    ],
    ["unpriced_endpoint", {}, (client) => client.messages.create({ ...MESSAGE, to: "+442071838750" })],
    ["endpoint_not_allowed", { allowedEndpoints: ["GET /*"] }, (client) => client.messages.create(MESSAGE)],
    ["secret_endpoint", {}, (client) => client.newKeys.create()],
    ["secret_endpoint", {}, (client) => client.api.v2010.accounts.list()],
    [
      "unreadable_amount",
      {},
      (client) =>
        client.calls.create({ to: "+14155550100", from: "+1", url: "https://a.example", timeLimit: -1 }),
    ],
    ["vendor_mismatch", { vendor: "resend" }, (client) => client.messages.create(MESSAGE)],
  ])("row 98: %s by the proxy itself", async (code, policy, act) => {
    const { bench, sandbox, connect } = await startForTest();
    const { client, uris } = connect(await bench.issue(policy));
    const before = policy.maxCalls ?? policy.callsPerMinute ?? 0;
    await expect(act(client)).rejects.toMatchObject({ code, status: expect.any(Number) });
    expect(uris).toHaveLength(before + 1);
    expect(sandbox.requests()).toHaveLength(before);
    expect(sandbox.ledger().entries).toEqual([]);
  });

  it("row 98: a revoked key, and one that never was", async () => {
    const { bench, connect } = await startForTest();
    await bench.key.revoke();
    await expect(connect().client.messages.list()).rejects.toMatchObject({
      code: "key_revoked",
      status: 401,
    });
    const nobody = connect({ token: "vk_live_nobody" }).client.messages.list();
    await expect(nobody).rejects.toMatchObject({ code: "invalid_key", status: 401 });
  });
});
