import { describe, expect, it } from "vitest";
import { CHARGE, play, type Step, startStripeBench } from "../../../test-support/vendors/stripe-bench.ts";
import type { VendorBench } from "../../../test-support/vendors/vendor-bench.ts";

const PATH = `/v1/charges/${CHARGE}`;
const REFUND: Step = {
  path: "/v1/refunds",
  form: { charge: CHARGE, amount: "100" },
  shown: { [PATH]: { id: CHARGE, amount: 2000, amount_refunded: 0, currency: "usd" } },
  answer: { json: { id: "re_1", object: "refund", amount: 100, currency: "usd" } },
};

const countLookUps = ({ vendor }: VendorBench): number =>
  vendor.seen.filter(({ method }) => method === "GET").length;

describe("lookups", () => {
  it("are limited to 10 per second and key", async () => {
    await using bench = await startStripeBench();
    for (let i = 0; i < 10; i++) await play(bench, { ...REFUND, reserved: 1, cost: 1 });
    await play(bench, { ...REFUND, refused: [429, "rate_limited"] });
    const { headers, text } = await bench.call(REFUND);
    expect(headers.get("retry-after")).toBe("1");
    expect(JSON.parse(text)).toMatchObject({ details: { limit: "key:look_ups" } });
    expect(countLookUps(bench)).toBe(10);
    const other = await bench.issue();
    await play(bench, { ...REFUND, key: other, reserved: 1, cost: 1 });
    bench.clock.now += 1_000;
    await play(bench, { ...REFUND, reserved: 1, cost: 1 });
  });

  it("are noted, not limited, for a shadow key", async () => {
    await using bench = await startStripeBench();
    const key = await bench.issue({ shadow: true });
    for (let i = 0; i < 11; i++) await play(bench, { ...REFUND, key, reserved: 1, cost: 1 });
    expect((await bench.entries())[0]).toMatchObject({ wouldRefuse: "rate_limited" });
  });

  it("aren't made for a key that has nothing left", async () => {
    await using bench = await startStripeBench();
    const key = await bench.issue({ dailyUsdCap: 1 });
    await play(bench, { ...REFUND, key, reserved: 1, cost: 1 });
    await play(bench, { ...REFUND, key, refused: [429, "cap_exhausted"] });
    expect(countLookUps(bench)).toBe(1);
  });

  it("are made for a second attempt, which shares what the first one holds", async () => {
    await using bench = await startStripeBench();
    const key = await bench.issue({ dailyUsdCap: 1 });
    const headers = { "idempotency-key": "once" };
    bench.vendor.otherwise = ({ method }) =>
      method === "GET" ? { json: REFUND.shown?.[PATH] } : { status: 500, json: {} };
    await bench.call({ ...REFUND, key, headers });
    expect(await bench.spend(key)).toEqual({ spent: 0, held: 1, unknown: 1 });
    await play(bench, { ...REFUND, key, headers, reserved: 1, cost: 1 });
    expect(await bench.spend(key)).toEqual({ spent: 1, held: 0, unknown: 0 });
  });

  it("are made for what goes on with an object that was counted, though nothing is left", async () => {
    await using bench = await startStripeBench();
    const key = await bench.issue({ dailyUsdCap: 20 });
    const intent = { id: "pi_1", amount: 2000, amount_received: 0, currency: "usd" };
    const form = { amount: "2000", currency: "usd" };
    const answer = { json: intent };
    await play(bench, { path: "/v1/payment_intents", form, key, answer, reserved: 20, cost: 20 });
    await play(bench, {
      path: "/v1/payment_intents/pi_1/capture",
      form: { amount_to_capture: "1500" },
      key,
      shown: { "/v1/payment_intents/pi_1": intent },
      answer,
      reserved: 0,
      cost: 0,
    });
  });
});
