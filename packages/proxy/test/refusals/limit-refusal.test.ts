import { expect, it } from "vitest";
import { startForTest, type TestBench } from "../../test-support/start-for-test.ts";
import { CALLS, MESSAGES, startTwilioBench } from "../../test-support/vendors/twilio-bench.ts";

async function refuse(bench: TestBench, policy: object, path = "/v1/charges"): Promise<string> {
  const key = await bench.issue(policy);
  const answer = await bench.post(key, path, { amount: 2000, currency: "usd", source: "tok_visa" });
  expect(answer.status).toBeGreaterThanOrEqual(400);
  return (answer.json as { message: string }).message;
}

it.each([
  [{ daily_usd_cap: 15 }, "15.00 of the key's daily_usd_cap (15.00 USD) remains. Don't retry before 20"],
  [{ total_usd_cap: 15 }, "15.00 of the key's total_usd_cap (15.00 USD) remains. The cap doesn't reset"],
  [{ max_usd_per_call: 15, daily_usd_cap: 50 }, "Issue a key with a max_usd_per_call of at least 20.00"],
  [
    { budgets: [{ name: "user:42", daily_usd_cap: 15 }] },
    'the daily cap that the key states for the budget "user:42"',
  ],
])("a refusal under %j names the field and what remains", async (policy, message) => {
  expect(await refuse(await startForTest(), policy)).toContain(message);
});

it("a refusal under a stored cap names its budget", async () => {
  const bench = await startForTest();
  await bench.control("PUT", "/v1/budgets/org:acme", { total_usd_cap: 15 });
  const message = await refuse(bench, { budgets: ["org:acme"] });
  expect(message).toContain('the total cap that is stored for the budget "org:acme" (15.00 USD) remains');
});

it("an unpriced call is told which field reserves its maximum cost", async () => {
  const message = await refuse(await startForTest(), { daily_usd_cap: 50 }, "/v1/disputes/dp_1/close");
  expect(message).toContain("POST /v1/disputes/dp_1/close");
  expect(message).toContain("max_usd_per_call");
});

it("a call that renews is told which field allows it", async () => {
  const message = await refuse(await startForTest(), { daily_usd_cap: 50 }, "/v1/subscriptions");
  expect(message).toContain("allow_recurring: true");
  expect(message).not.toContain("max_usd_per_call");
});

it.each([
  ["/v1/refunds", { charge: "ch_unknown" }, "stripe has no /v1/charges/ch_unknown in live mode"],
  ["/v1/refunds", { payment_intent: "pi_unknown" }, "stripe has no /v1/payment_intents/pi_unknown"],
  ["/v1/payment_intents/pi_unknown/capture", {}, "stripe has no /v1/payment_intents/pi_unknown"],
])("%s of an object that Stripe doesn't have says so", async (path, fields, expected) => {
  const bench = await startForTest();
  const key = await bench.issue({ daily_usd_cap: 50 });
  const { status, json } = await bench.post(key, path, fields);
  expect([status, json]).toMatchObject([403, { code: "unpriced_endpoint" }]);
  const { message } = json as { message: string };
  expect(message).toContain(expected);
  expect(message).toContain("Check the id");
  expect(message).not.toContain("max_usd_per_call");
  expect(bench.grossUsdMinor()).toBe(0);
});

it("a payment link without a limit is told which field limits it", async () => {
  const bench = await startForTest();
  const key = await bench.issue({ daily_usd_cap: 50 });
  const line = {
    "line_items[0][price_data][unit_amount]": 2000,
    "line_items[0][price_data][currency]": "usd",
  };
  const { json } = await bench.post(key, "/v1/payment_links", { ...line, "line_items[0][quantity]": 1 });
  expect(json).toMatchObject({
    code: "unpriced_endpoint",
    message: expect.stringContaining("restrictions[completed_sessions][limit]"),
  });
});

it.each<[string, string, Record<string, string>, string]>([
  ["a call without a time limit", CALLS, { Url: "https://x.test" }, "TimeLimit"],
  ["a prefix without a price", MESSAGES, { To: "+998901234567", Body: "hi" }, "vendors.twilio.prices.sms"],
])("%s is told what to set", async (_name, path, fields, message) => {
  await using bench = await startTwilioBench({ dailyUsdCap: 20 });
  const form = { To: "+14155550100", From: "+14155550101", ...fields };
  const { code, text } = await bench.call({ path, form });
  expect(code).toBe("unpriced_endpoint");
  expect(JSON.parse(text).message).toContain(message);
  expect(text).not.toContain("998901234567");
});

it("a currency without a rate is named with the field that sets one", async () => {
  const bench = await startForTest();
  const key = await bench.issue({ daily_usd_cap: 50 });
  const { json } = await bench.post(key, "/v1/charges", {
    amount: 2000,
    currency: "xts",
    source: "tok_visa",
  });
  expect(json).toMatchObject({ code: "currency_unpriced", message: expect.stringContaining("add fx.XTS") });
});
