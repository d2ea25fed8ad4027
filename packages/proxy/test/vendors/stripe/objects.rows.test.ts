import { describe, expect, it } from "vitest";
import {
  CREATED,
  INTENT,
  play,
  type Step,
  startStripeBench,
  toIntent,
} from "../../../test-support/vendors/stripe-bench.ts";

const PATH = `/v1/payment_intents/${INTENT}`;

/** A call about the intent, of which a look-up shows this much. */
const step = (name: string, form: Record<string, string>, shown: object, answer: Step["answer"]): Step => ({
  path: name === "" ? PATH : `${PATH}/${name}`,
  form,
  shown: { [PATH]: shown },
  answer: answer ?? {},
});
const paid = (amount: number): object =>
  toIntent({ amount, amount_received: amount, status: "succeeded", latest_charge: "ch_3QkX2e" });

describe("a payment intent counts once", () => {
  it.each<[string, Step, number]>([
    ["27: confirmed", { ...step("confirm", {}, {}, { json: paid(2000) }), reserved: 0, cost: 0 }, 20],
    [
      "30: captured in part",
      {
        ...step("capture", { amount_to_capture: "1500" }, toIntent(), {
          json: toIntent({ amount_received: 1500, status: "succeeded" }),
        }),
        reserved: 0,
        cost: 0,
      },
      20,
    ],
    [
      "31: raised by an increment",
      {
        ...step("increment_authorization", { amount: "3000" }, toIntent(), {
          json: toIntent({ amount: 3000 }),
        }),
        reserved: 10,
        cost: 10,
      },
      30,
    ],
    [
      "32: an increment that is declined",
      {
        ...step("increment_authorization", { amount: "3000" }, toIntent(), {
          status: 402,
          json: { error: { code: "card_declined" } },
        }),
        reserved: 10,
        cost: 0,
      },
      20,
    ],
    [
      "33: raised by an update",
      {
        ...step("", { amount: "5000" }, toIntent(), { json: toIntent({ amount: 5000 }) }),
        reserved: 30,
        cost: 30,
      },
      50,
    ],
    [
      "34: lowered by an update",
      {
        ...step("", { amount: "1000" }, toIntent(), { json: toIntent({ amount: 1000 }) }),
        reserved: 0,
        cost: 0,
      },
      20,
    ],
    [
      "35: canceled",
      { ...step("cancel", {}, {}, { json: toIntent({ status: "canceled" }) }), reserved: 0, cost: 0 },
      20,
    ],
    [
      "100: confirmed for more",
      {
        ...step("confirm", { amount_to_confirm: "3000" }, toIntent(), { json: paid(3000) }),
        reserved: 10,
        cost: 10,
      },
      30,
    ],
  ])("row %s", async (_name, next, total) => {
    await using bench = await startStripeBench({ dailyUsdCap: Math.max(30, total) });
    await play(bench, CREATED);
    await play(bench, next);
    expect(await bench.spend()).toEqual({ spent: total, held: 0, unknown: 0 });
  });

  it.each<[string, Step]>([
    ["31: an increment", step("increment_authorization", { amount: "3000" }, toIntent(), {})],
    ["33: an update", step("", { amount: "3000" }, toIntent(), {})],
    ["33: an update to a dearer currency", step("", { currency: "gbp" }, toIntent(), {})],
    ["100: a confirmation for more", step("confirm", { amount_to_confirm: "3000" }, toIntent(), {})],
  ])("row %s over the cap is refused", async (_name, next) => {
    await using bench = await startStripeBench({ dailyUsdCap: 20 });
    await play(bench, CREATED);
    await play(bench, { ...next, refused: [429, "cap_exhausted"] });
    expect(await bench.spend()).toEqual({ spent: 20, held: 0, unknown: 0 });
  });

  it("row 34: what was lowered is not counted again when it is raised back", async () => {
    await using bench = await startStripeBench({ dailyUsdCap: 20 });
    await play(bench, CREATED);
    for (const amount of ["1000", "2000"]) {
      const answer = { json: toIntent({ amount: Number(amount) }) };
      await play(bench, { ...step("", { amount }, toIntent(), answer), reserved: 0, cost: 0 });
    }
    await play(bench, { ...step("confirm", {}, {}, { json: paid(2000) }), reserved: 0, cost: 0 });
    expect(await bench.spend()).toEqual({ spent: 20, held: 0, unknown: 0 });
  });

  it("row 27: for each key and budget that it goes through", async () => {
    await using bench = await startStripeBench({ budgets: ["org:acme"] });
    await play(bench, CREATED);
    const other = await bench.issue({ budgets: ["org:acme"] });
    const confirmation = step("confirm", {}, {}, { json: paid(2000) });
    await play(bench, { ...confirmation, key: other, reserved: 20, cost: 20 });
    expect(await bench.spend(other)).toEqual({ spent: 20, held: 0, unknown: 0 });
    expect(await bench.client.getBudget("org:acme")).toMatchObject({ spend: { totalUsd: 20 } });
  });
});

describe("an intent that the ledger does not know", () => {
  const unknown = step("confirm", {}, toIntent({ amount: 5000 }), { json: paid(5000) });

  it("row 28: is looked up", async () => {
    await using bench = await startStripeBench();
    await play(bench, { ...unknown, reserved: 50, cost: 50 });
    expect(bench.vendor.seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
      `GET ${PATH}`,
      `POST ${PATH}/confirm`,
    ]);
    // And is known from then on.
    await play(bench, { ...step("capture", {}, {}, { json: paid(5000) }), reserved: 0, cost: 0 });
    expect(await bench.spend()).toEqual({ spent: 50, held: 0, unknown: 0 });
  });

  it.each([
    "confirm",
    "capture",
    "increment_authorization",
    "apply_customer_balance",
    "verify_microdeposits",
    "",
  ])("row 29: has no price where look-ups are off (%s)", async (name) => {
    await using bench = await startStripeBench({}, { look_up: false });
    const form = name === "increment_authorization" || name === "" ? { amount: "3000" } : { expand: "x" };
    await play(bench, { ...step(name, form, {}, {}), refused: [403, "unpriced_endpoint"] });
    expect(bench.vendor.seen).toEqual([]);
  });

  it("row 28: has none where Stripe does not know it either", async () => {
    await using bench = await startStripeBench();
    await play(bench, { path: `${PATH}/confirm`, refused: [403, "unpriced_endpoint"] });
  });

  it("row 28: is never priced by a field that nobody knows", async () => {
    await using bench = await startStripeBench();
    const strange = step("confirm", { tip_amount: "99900" }, toIntent(), {});
    await play(bench, { ...strange, refused: [400, "unreadable_amount"] });
  });

  it("row 66: is looked up where a reader pays it", async () => {
    await using bench = await startStripeBench();
    const reader: Step = {
      path: "/v1/terminal/readers/tmr_FDOt2wlRZEdpd7/process_payment_intent",
      form: { payment_intent: INTENT },
      shown: { [PATH]: toIntent({ amount: 5000 }) },
      answer: { json: { id: "tmr_FDOt2wlRZEdpd7", object: "terminal.reader" } },
    };
    await play(bench, { ...reader, reserved: 50, cost: 50 });
    await play(bench, { ...reader, reserved: 0, cost: 0 });
    expect(await bench.spend()).toEqual({ spent: 50, held: 0, unknown: 0 });
  });
});

it("a charge counts when it is made, not when it is captured", async () => {
  await using bench = await startStripeBench({ dailyUsdCap: 20 });
  const json = { id: "ch_3QkX2e", amount: 2000, amount_captured: 0, currency: "usd", captured: false };
  await play(bench, {
    path: "/v1/charges",
    form: { amount: "2000", currency: "usd", source: "tok_visa", capture: "false" },
    answer: { json },
    reserved: 20,
    cost: 20,
  });
  await play(bench, {
    path: "/v1/charges/ch_3QkX2e/capture",
    form: { amount: "1500" },
    shown: { "/v1/charges/ch_3QkX2e": json },
    answer: { json: { ...json, amount_captured: 1500, captured: true } },
    reserved: 0,
    cost: 0,
  });
  await play(bench, {
    path: "/v1/charges/ch_3QkX2f/capture",
    shown: { "/v1/charges/ch_3QkX2f": { ...json, id: "ch_3QkX2f" } },
    refused: [429, "cap_exhausted"],
  });
  expect(await bench.spend()).toEqual({ spent: 20, held: 0, unknown: 0 });
});

it("a payout intent counts when it is made, not when it is confirmed", async () => {
  await using bench = await startStripeBench({ dailyUsdCap: 15 });
  const path = "/v2/money_management/payout_intents";
  const json = { id: "poi_1QkX2e", amount: { value: "1500", currency: "usd" } };
  await play(bench, { path, json: { amount: json.amount }, answer: { json }, reserved: 15, cost: 15 });
  await play(bench, { path: `${path}/poi_1QkX2e/confirm`, answer: { json }, reserved: 0, cost: 0 });
  const other = { [`${path}/poi_1QkX2f`]: { ...json, id: "poi_1QkX2f" } };
  await play(bench, { path: `${path}/poi_1QkX2f/confirm`, shown: other, refused: [429, "cap_exhausted"] });
});
