import type { Policy } from "@keybrake/core";
import { ERROR_STATUS, type ErrorCode, toErrorAnswer } from "@keybrake/core/protocol";
import { resendOptions } from "@keybrake/core/resend";
import { type ResendSandbox, startResendSandbox } from "@keybrake/sandbox";
import { Resend } from "resend";
import { describe, expect, it, onTestFinished } from "vitest";
import { startScriptedVendor } from "../../../test-support/vendors/scripted-vendor.ts";
import { startVendorBench, type VendorBench } from "../../../test-support/vendors/vendor-bench.ts";

const EMAIL = { from: "a@example.com", to: "b@example.com", subject: "Hi", text: "Hi" };

interface SdkBench {
  bench: VendorBench;
  sandbox: ResendSandbox;
  connect(key?: { token: string }): Resend;
}

async function startForTest(policy: Partial<Policy> = {}): Promise<SdkBench> {
  const sandbox = await startResendSandbox({ apiKey: "re_canary" });
  const config = { credential: "re_canary", prices: { email: { recipient: 0.0009 } } };
  const other = { credential: "AC1:secret", upstream: sandbox.url };
  const bench = await startVendorBench("resend", config, policy, {
    vendors: { resend: { ...config, upstream: sandbox.url }, twilio: other },
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
    connect: ({ token } = bench.key) => new Resend(token, resendOptions(bench.key, Resend)),
  };
}

async function expectLedgersAgree({ bench, sandbox }: SdkBench): Promise<void> {
  const { spent, held } = await bench.spend();
  expect(held).toBe(0);
  expect(Math.round(spent * 1_000_000)).toBe(sandbox.ledger().grossMicroUsd);
}

describe("the SDK", () => {
  it("sends emails and batches, and the ledgers agree", async () => {
    const test = await startForTest();
    const resend = test.connect();
    const to = ["b@example.com", "c@example.com, d@example.com"];
    expect((await resend.emails.send({ ...EMAIL, to, cc: "e@example.com" })).error).toBeNull();
    expect((await resend.emails.send({ ...EMAIL, to: '"Doe, Jane" <jane@example.com>' })).error).toBeNull();
    expect((await resend.batch.send([EMAIL, { ...EMAIL, to }])).data?.data).toHaveLength(2);
    expect((await resend.domains.list()).data?.data).toHaveLength(1);
    expect((await test.bench.spend()).spent).toBeCloseTo(0.0081, 9);
    await expectLedgersAgree(test);
  });

  it("pays for what went out of a permissive batch", async () => {
    const test = await startForTest();
    const emails = [EMAIL, { ...EMAIL, to: "bob" }, EMAIL];
    const sent = await test.connect().batch.send(emails, { batchValidation: "permissive" });
    expect(sent.data?.data).toHaveLength(2);
    await expectLedgersAgree(test);
    expect((await test.bench.entries())[0]).toMatchObject({ reservedUsd: 0.0027, costUsd: 0.0018 });
  });

  it("pays once for an email that is sent again under its idempotency key", async () => {
    const test = await startForTest({ dailyUsdCap: 0.0009 });
    const resend = test.connect();
    const send = (): ReturnType<typeof resend.emails.send> =>
      resend.emails.send(EMAIL, { idempotencyKey: "once" });
    const first = await send();
    expect((await send()).data?.id).toBe(first.data?.id);
    await expectLedgersAgree(test);
    expect((await test.bench.spend()).spent).toBe(0.0009);
  });

  it("sends a broadcast to the contacts of its segment, once", async () => {
    const test = await startForTest({ dailyUsdCap: 0.0269 });
    const resend = test.connect();
    const draft = { segmentId: "seg-1", from: "a@example.com", subject: "News", text: "Hi" };
    const { data } = await resend.broadcasts.create(draft);
    expect((await resend.broadcasts.send(data?.id ?? "")).error).toBeNull();
    expect((await resend.broadcasts.create({ ...draft, send: true })).error).toBeNull();
    expect((await resend.broadcasts.create({ ...draft, send: true })).error).toMatchObject({
      name: "cap_exhausted",
    });
    expect((await test.bench.spend()).spent).toBe(0.018);
    await expectLedgersAgree(test);
  });

  it("finds out by the same key what became of an email whose answer was lost", async () => {
    const test = await startForTest({ dailyUsdCap: 0.0009 });
    const resend = test.connect();
    test.sandbox.fail({ kind: "reset_after_effect" });
    const lost = await resend.emails.send(EMAIL, { idempotencyKey: "once" });
    expect(lost.error).toMatchObject({ name: "upstream_unreachable", statusCode: 502 });
    expect(await test.bench.spend()).toEqual({ spent: 0, held: 0.0009, unknown: 0.0009 });
    expect((await resend.emails.send(EMAIL, { idempotencyKey: "once" })).error).toBeNull();
    await expectLedgersAgree(test);
  });

  it("frees nothing where the same key comes with another email", async () => {
    const { bench, connect } = await startForTest();
    const resend = connect();
    await resend.emails.send(EMAIL, { idempotencyKey: "once" });
    const other = await resend.emails.send({ ...EMAIL, subject: "No" }, { idempotencyKey: "once" });
    expect(other.error).toMatchObject({ name: "invalid_idempotent_request", statusCode: 409 });
    expect(await bench.spend()).toEqual({ spent: 0.0009, held: 0.0009, unknown: 0.0009 });
  });

  it("pages through the proxy", async () => {
    const { bench, sandbox, connect } = await startForTest();
    const resend = connect();
    const made: (string | undefined)[] = [];
    for (const subject of ["1", "2", "3"]) {
      made.unshift((await resend.emails.send({ ...EMAIL, subject })).data?.id);
    }
    const first = (await resend.emails.list({ limit: 2 })).data;
    const rest = (await resend.emails.list({ limit: 2, after: first?.data.at(-1)?.id ?? "" })).data;
    expect([...(first?.data ?? []), ...(rest?.data ?? [])].map(({ id }) => id)).toEqual(made);
    expect(rest?.has_more).toBe(false);
    expect((await bench.entries()).length).toBe(sandbox.requests().length);
  });

  it("sees Resend's own errors untouched, at no cost", async () => {
    const test = await startForTest();
    const { data, error } = await test.connect().emails.send({ ...EMAIL, from: "nobody" });
    expect(data).toBeNull();
    expect(error).toMatchObject({ statusCode: 422, name: "validation_error" });
    await expectLedgersAgree(test);
  });

  it("lets no more recipients through than the cap has room for", async () => {
    const test = await startForTest({ dailyUsdCap: 0.0045 });
    const resend = test.connect();
    const sent = await Promise.all(Array.from({ length: 20 }, () => resend.emails.send(EMAIL)));
    expect(sent.filter(({ error }) => error === null)).toHaveLength(5);
    expect(test.sandbox.ledger().entries).toHaveLength(5);
    await expectLedgersAgree(test);
  });
});

describe("refusals", () => {
  it.each(Object.entries(ERROR_STATUS) as [ErrorCode, number][])(
    "row 98: %s reaches the SDK's caller as a typed error, after one attempt",
    async (code, statusCode) => {
      const proxy = await startScriptedVendor();
      onTestFinished(() => proxy.close());
      const { headers, body } = toErrorAnswer({ code, message: "why" }, "req_1");
      proxy.otherwise = () => ({ status: statusCode, headers, json: body });
      const { data, error } = await new Resend(
        "vk_1",
        resendOptions({ baseUrl: proxy.url }, Resend),
      ).emails.send(EMAIL);
      expect(data).toBeNull();
      expect(error).toMatchObject({ code, name: code, statusCode, message: "why" });
      expect(proxy.seen).toHaveLength(1);
    },
  );

  it.each<[string, Partial<Policy>, (resend: Resend) => Promise<{ error: unknown }>]>([
    ["cap_exhausted", { dailyUsdCap: 0.0008 }, (resend) => resend.emails.send(EMAIL)],
    [
      "call_limit_reached",
      { maxCalls: 1 },
      (resend) => resend.emails.list().then(() => resend.emails.list()),
    ],
    [
      "rate_limited",
      { callsPerMinute: 1 },
      (resend) => resend.emails.list().then(() => resend.emails.list()),
    ],
    ["unpriced_endpoint", {}, (resend) => resend.broadcasts.update("b_1", { subject: "No" })],
    ["unpriced_endpoint", {}, (resend) => resend.apiKeys.remove("id_1")],
    ["endpoint_not_allowed", { allowedEndpoints: ["GET /emails"] }, (resend) => resend.emails.send(EMAIL)],
    ["secret_endpoint", {}, (resend) => resend.apiKeys.create({ name: "mine" })],
    [
      "secret_endpoint",
      {},
      (resend) => resend.webhooks.create({ endpoint: "https://a.example", events: [] }),
    ],
    ["vendor_mismatch", { vendor: "twilio" }, (resend) => resend.emails.send(EMAIL)],
  ])("row 98: %s by the proxy itself", async (code, policy, act) => {
    const { bench, sandbox, connect } = await startForTest();
    const { error } = await act(connect(await bench.issue(policy)));
    expect(error).toMatchObject({ code, name: code, statusCode: expect.any(Number) });
    const before = policy.maxCalls ?? policy.callsPerMinute ?? 0;
    expect(sandbox.requests()).toHaveLength(before);
    expect(await bench.entries()).toHaveLength(before + 1);
    expect(sandbox.ledger().entries).toEqual([]);
  });

  it("row 98: a revoked key, and one that never was", async () => {
    const { bench, connect } = await startForTest();
    await bench.key.revoke();
    expect((await connect().emails.list()).error).toMatchObject({ name: "key_revoked", statusCode: 401 });
    const nobody = connect({ token: "vk_live_nobody" });
    expect((await nobody.emails.list()).error).toMatchObject({ name: "invalid_key", statusCode: 401 });
  });
});
