import { describe, expect, it } from "vitest";
import { startForTest } from "../../test-support/start-for-test.ts";
import { findDeadUrl } from "../../test-support/start-vendor.ts";
import { MESSAGES, startTwilioBench, toForm } from "../../test-support/vendors/twilio-bench.ts";

type Refused = {
  status: number;
  message: string;
  retryable: boolean;
  shouldRetry: string | string[] | undefined;
};

async function loseStripeCall(policy: object, headers: Record<string, string>): Promise<Refused> {
  const bench = await startForTest();
  const key = await bench.issue({ daily_usd_cap: 20, ...policy });
  bench.sandbox.fail({ kind: "reset_after_effect" });
  const { status, json, headers: answered } = await bench.charge(key, 2000, headers);
  const { message, retryable } = json as { message: string; retryable: boolean };
  return { status, message, retryable, shouldRetry: answered["stripe-should-retry"] };
}

describe("a call that the vendor might have done", () => {
  it("may be retried with its idempotency key", async () => {
    const lost = await loseStripeCall({}, { "idempotency-key": "order-1" });
    const { status, message, shouldRetry } = lost;
    expect(lost.retryable).toBe(true);
    expect(status).toBe(502);
    expect(message).toContain("20.00 USD stays held");
    expect(message).toContain("Retry with the same idempotency key");
    expect(shouldRetry).toBeUndefined();
  });

  it("may be retried as it is if Keybrake adds the idempotency key", async () => {
    const { message, shouldRetry } = await loseStripeCall({ idempotency: "inject" }, {});
    expect(message).toContain("Retry the same call");
    expect(shouldRetry).toBeUndefined();
  });

  it("must not be retried without one", async () => {
    const { message, retryable, shouldRetry } = await loseStripeCall({}, {});
    expect(retryable).toBe(false);
    expect(message).toContain("Don't retry");
    expect(message).toContain("had no idempotency key");
    expect(shouldRetry).toBe("false");
  });

  it("must not be retried at a vendor that has no idempotency keys", async () => {
    await using bench = await startTwilioBench({ dailyUsdCap: 20 });
    bench.vendor.moves.push("reset");
    const form = toForm({ Body: "hello" });
    const headers = { ...form.headers, "idempotency-key": "order-1" };
    const answer = await bench.call({ method: "POST", path: MESSAGES, body: form.body, headers });
    expect(answer.status).toBe(502);
    expect(JSON.parse(answer.text)).toMatchObject({ retryable: false });
    expect(answer.text).toContain("twilio has no idempotency keys");
    expect(answer.headers.get("stripe-should-retry")).toBe("false");
  });
});

it("a read may be retried", async () => {
  const bench = await startForTest();
  const key = await bench.issue({ daily_usd_cap: 20 });
  bench.sandbox.fail({ kind: "reset_before_effect" });
  const answer = await bench.send("GET", "/stripe/v1/charges/ch_1", {
    headers: { authorization: `Bearer ${key.token}` },
  });
  expect(answer.status).toBe(502);
  expect(answer.json).toMatchObject({
    message: expect.stringContaining("safe to retry"),
    retryable: true,
  });
});

it("a free call that changes something must be looked up first", async () => {
  const bench = await startForTest();
  const key = await bench.issue({ daily_usd_cap: 20 });
  bench.sandbox.fail({ kind: "reset_before_effect" });
  const answer = await bench.send("DELETE", "/stripe/v1/customers/cus_1", {
    headers: { authorization: `Bearer ${key.token}` },
  });
  expect(answer.json).toMatchObject({
    message: expect.stringContaining("Check there before you retry"),
    retryable: false,
  });
  expect(answer.headers["stripe-should-retry"]).toBe("false");
});

it("a call that was never sent may be retried", async () => {
  const bench = await startForTest({ stripe: { upstream: await findDeadUrl() } });
  const key = await bench.issue({ daily_usd_cap: 20 });
  const { json } = await bench.charge(key);
  expect(json).toMatchObject({ message: expect.stringContaining("safe to retry"), retryable: true });
});

it("the SDK's error says whether a retry can charge twice", async () => {
  await using bench = await startTwilioBench({ dailyUsdCap: 20 });
  bench.vendor.otherwise = () => "reset";
  const { body, headers } = toForm({ Body: "hello" });
  const sent = bench.key.fetch(MESSAGES, { method: "POST", body, headers });
  await expect(sent).rejects.toMatchObject({ code: "upstream_unreachable", retryable: false });
});
