import { describe, expect, it } from "vitest";
import { play, type Step, startStripeBench } from "../../../test-support/vendors/stripe-bench.ts";

/** A call that has no price, and reserves the key's bound of 50 USD. */
const PATH = "/v1/new_things";

describe("a call without a price", () => {
  it.each<[string, object, number]>([
    ["a charge", { object: "charge", amount: 300 }, 3],
    ["an intent", { object: "payment_intent", amount: 300, amount_received: 400 }, 4],
    ["a refund", { object: "refund", amount: 300 }, 3],
    ["a transfer", { object: "transfer", amount: 300 }, 3],
    ["a payout", { object: "payout", amount: 300 }, 3],
    ["a credit note", { object: "credit_note", amount: 300 }, 3],
    ["a treasury payment", { object: "treasury.outbound_payment", amount: 300 }, 3],
    ["a session that can still grow", { object: "checkout.session", amount_total: 300 }, 50],
    ["a larger session", { object: "checkout.session", amount_total: 9000 }, 90],
    ["an invoice that can still grow", { object: "invoice", amount_due: 300 }, 50],
    ["a larger invoice", { object: "invoice", amount_due: 9000, amount_paid: 0 }, 90],
    ["a larger quote", { object: "quote", amount_total: 9000 }, 90],
    ["an amount of nobody knows what", { object: "line_item", amount: 9000 }, 50],
    ["no amount", { object: "charge" }, 50],
    ["an amount that can't be read", { object: "charge", amount: "3.5" }, 50],
    ["a currency without a rate", { object: "charge", amount: 300, currency: "xts" }, 50],
  ])("costs what its response tells: %s", async (_name, fields, cost) => {
    await using bench = await startStripeBench({ maxUsdPerCall: 50 });
    const json = { id: "x_1", currency: "usd", ...fields };
    await play(bench, { path: PATH, form: {}, answer: { json }, reserved: 50, cost });
    const [entry] = await bench.entries();
    expect(entry?.notes.includes("overage")).toBe(cost > 50);
  });

  it("is not set off against what was counted of the object before", async () => {
    await using bench = await startStripeBench({ maxUsdPerCall: 50 });
    const charge = { id: "ch_1", object: "charge", amount: 2000, currency: "usd" };
    await play(bench, {
      path: "/v1/charges",
      form: { amount: "2000", currency: "usd" },
      answer: { json: charge },
      reserved: 20,
      cost: 20,
    });
    const answer = { json: { ...charge, amount_refunded: 2000 } };
    await play(bench, { path: "/v1/charges/ch_1/refund", form: {}, answer, reserved: 50, cost: 20 });
    expect((await bench.spend()).spent).toBe(40);
  });

  it("costs what the response tells also where nothing was reserved", async () => {
    await using bench = await startStripeBench();
    const key = await bench.client.issue({ label: "free", vendor: "stripe", uncapped: true });
    const answer = { json: { id: "ch_1", object: "charge", amount: 2000, currency: "usd" } };
    await play(bench, { path: PATH, form: {}, key, answer, reserved: 0, cost: 20 });
  });
});

describe("a bound that was too low", () => {
  const toAnswer = (amount: number): NonNullable<Step["answer"]> => ({
    json: { id: "ch_1", object: "charge", amount, currency: "usd" },
  });

  it("refuses every key of the tenant whose bound there is lower, and names the cost", async () => {
    await using bench = await startStripeBench({ maxUsdPerCall: 50 });
    const path = "/v1/things/thing_1QkX/act";
    const answer = toAnswer(8000);
    await play(bench, { path, form: {}, answer, reserved: 50, cost: 80, notes: ["overage"] });
    const other = await bench.issue();
    const elsewhere = "/v1/things/thing_2RlY/act";
    await play(bench, { path: elsewhere, form: {}, key: other, refused: [403, "unpriced_endpoint"] });
    const { text } = await bench.call({ path: elsewhere, form: {} });
    expect(text).toContain("80");
    expect(JSON.parse(text)).toMatchObject({ details: { cap_usd: "50.00", requested_usd: "80.00" } });
    await play(bench, { path: "/v1/things", form: {}, answer: toAnswer(100), reserved: 50, cost: 1 });
    const wide = await bench.issue({ maxUsdPerCall: 80 });
    await play(bench, { path, form: {}, key: wide, answer, reserved: 80, cost: 80 });
  });

  it("shuts nothing for a price that was read from the call", async () => {
    await using bench = await startStripeBench({ maxUsdPerCall: 50 });
    const form = { amount: "2000", currency: "usd" };
    const step: Step = { path: "/v1/charges", form, answer: toAnswer(9000), reserved: 20, cost: 90 };
    await play(bench, { ...step, notes: ["overage"] });
    await play(bench, { ...step, answer: { json: { id: "ch_2", amount: 2000, currency: "usd" } }, cost: 20 });
  });
});
