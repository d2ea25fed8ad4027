import { describe, expect, it } from "vitest";
import { play, type Step, startStripeBench } from "../../../test-support/vendors/stripe-bench.ts";

const CUSTOMER = "cus_9s6XKzkNRiz8i3";

describe("a subscription", () => {
  const form = { customer: CUSTOMER, "items[0][price]": "price_1QkX2e", "items[0][quantity]": "3" };
  const creation: Step = {
    path: "/v1/subscriptions",
    form,
    shown: { "/v1/invoices/create_preview": { amount_due: 9000, currency: "usd" } },
    answer: { json: { id: "sub_1QkX2e", status: "active", latest_invoice: "in_1QkX2e" } },
    reserved: 90,
    cost: 90,
  };

  it("row 45: needs allow_recurring, whatever one call may cost", async () => {
    await using bench = await startStripeBench();
    for (const key of [bench.key, await bench.issue({ maxUsdPerCall: 500 })]) {
      for (const [method, path] of [
        ["POST", "/v1/subscriptions"],
        ["POST", "/v1/subscriptions/sub_1QkX2e/resume"],
        ["POST", "/v1/subscription_items"],
        ["POST", "/v1/subscription_schedules"],
        ["POST", "/v1/quotes/qt_1QkX2e/accept"],
      ] as const) {
        await play(bench, { ...creation, key, method, path, refused: [403, "unpriced_endpoint"] });
      }
    }
    expect(bench.vendor.seen).toEqual([]);
  });

  it("row 46: costs its first invoice, as Stripe previews it", async () => {
    await using bench = await startStripeBench({ allowRecurring: true });
    const metadata = { "metadata[run]": "7", trial_period_days: "30" };
    await play(bench, { ...creation, form: { ...form, ...metadata }, notes: [] });
    expect(await bench.spend()).toEqual({ spent: 90, held: 0, unknown: 0 });
    const [preview, sent] = bench.vendor.seen;
    // A trial puts the first payment off to where the proxy does not see it, so the preview has none.
    expect([...new URLSearchParams(preview?.body)]).toEqual([
      ["customer", CUSTOMER],
      ["subscription_details[items][0][price]", "price_1QkX2e"],
      ["subscription_details[items][0][quantity]", "3"],
    ]);
    expect(preview?.headers["idempotency-key"]).toBeUndefined();
    expect(sent?.url).toBe("/v1/subscriptions");
  });

  it.each([
    "items[0][price]=price_1&items[0][quantity]=1&items[0][quantity]=100",
    "items[0][price]=price_1&Items[0][quantity]=100",
    "items[0][price]=price_1&items][0][quantity]=100",
  ])("row 46: one that could be previewed otherwise than made is refused: %s", async (body) => {
    await using bench = await startStripeBench({ allowRecurring: true });
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    await play(bench, {
      path: "/v1/subscriptions",
      headers,
      body: `customer=${CUSTOMER}&${body}`,
      refused: [400, "unreadable_amount"],
    });
    expect(bench.vendor.seen).toEqual([]);
  });

  it("row 46: costs what its invoice says where that is asked for", async () => {
    await using bench = await startStripeBench({ allowRecurring: true });
    const json = { id: "sub_1QkX2e", latest_invoice: { amount_due: 9500, currency: "usd" } };
    await play(bench, { ...creation, answer: { json }, cost: 95, notes: ["overage"] });
  });

  it("costs the whole period if it begins with a trial", async () => {
    await using bench = await startStripeBench({ allowRecurring: true });
    const json = {
      id: "sub_1QkX2e",
      trial_end: 1_764_000_000,
      latest_invoice: { id: "in_1QkX2e", amount_due: 0, currency: "usd" },
    };
    const trial = { ...form, trial_period_days: "30", "expand[]": "latest_invoice" };
    await play(bench, { ...creation, form: trial, answer: { json } });
  });

  it.each<[string, boolean]>([
    ["cancel_at_period_end=true", true],
    ["cancel_at_period_end=true&cancellation_details[comment]=bye", true],
    ["cancel_at_period_end=false", false],
    ["cancel_at_period_end=true&proration_behavior=always_invoice", false],
    ["cancel_at_period_end=true&items[0][price]=price_1", false],
  ])("is ended with its period for free (%s: %s)", async (body, isFree) => {
    await using bench = await startStripeBench({ dailyUsdCap: 0 });
    bench.vendor.otherwise = () => ({ json: {} });
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const { code } = await bench.call({ path: "/v1/subscriptions/sub_1QkX2e", body, headers });
    expect(code).toBe(isFree ? undefined : "unpriced_endpoint");
  });

  it.each<[string, Step]>([
    ["over the cap", { ...creation, refused: [429, "cap_exhausted"] }],
    [
      "that begins in the past",
      {
        ...creation,
        form: { ...form, backdate_start_date: "1600000000" },
        refused: [403, "unpriced_endpoint"],
      },
    ],
    ["that can't be previewed", { ...creation, shown: {}, refused: [403, "unpriced_endpoint"] }],
  ])("row 46: one %s is refused", async (_name, step) => {
    await using bench = await startStripeBench({ allowRecurring: true, dailyUsdCap: 50 });
    await play(bench, step);
    expect(bench.vendor.seen.filter(({ url }) => url === "/v1/subscriptions")).toEqual([]);
  });

  it.each<[string, string, boolean]>([
    ["", "", true],
    ["?cancellation_details[comment]=bye", "", true],
    ["?invoice_now=true", "", false],
    ["?prorate=true", "", false],
    ["", "invoice_now=true", false],
  ])("is ended for free only without an invoice (query %s, body %s)", async (query, body, isFree) => {
    await using bench = await startStripeBench();
    bench.vendor.otherwise = () => ({ json: {} });
    const { code } = await bench.call({
      method: "DELETE",
      path: `/v1/subscriptions/sub_1QkX2e${query}`,
      ...(body === "" ? {} : { body, headers: { "content-type": "application/x-www-form-urlencoded" } }),
    });
    expect(code).toBe(isFree ? undefined : "unpriced_endpoint");
  });
});
