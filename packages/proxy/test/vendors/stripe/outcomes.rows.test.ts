import { afterEach, describe, expect, it, vi } from "vitest";
import type { ProxyConfig } from "../../../src/config/config.ts";
import { createSender } from "../../../test-support/sender.ts";
import { findDeadUrl } from "../../../test-support/start-vendor.ts";
import { until } from "../../../test-support/until.ts";
import { create, DONE, FORM, finish, startHeldBench } from "../../../test-support/vendors/held-bench.ts";
import {
  CREATED,
  CREDENTIAL,
  INTENT,
  play,
  startStripeBench,
  toIntent,
} from "../../../test-support/vendors/stripe-bench.ts";
import type { BenchAnswer } from "../../../test-support/vendors/vendor-bench.ts";

const REPLAYED = { ...DONE, headers: { "idempotent-replayed": "true" } };

const statuses = (answers: BenchAnswer[]): number[] => answers.map(({ status }) => status).sort();

afterEach(() => {
  vi.useRealTimers();
});

describe("room", () => {
  it("row 12: of two that need all of it, one passes", async () => {
    const { bench, held } = await startHeldBench({ dailyUsdCap: 20 });
    const calls = [bench.call(create("a")), bench.call(create("b"))];
    await until("one is at the vendor", () => held.length === 1);
    expect(await Promise.race(calls)).toMatchObject({ status: 429, code: "cap_exhausted" });
    finish(held[0]);
    expect(statuses(await Promise.all(calls))).toEqual([200, 429]);
    expect(held).toHaveLength(1);
    expect(await bench.spend()).toEqual({ spent: 20, held: 0, unknown: 0 });
    await bench[Symbol.asyncDispose]();
  });

  it("row 13: a cent too few refuses it", async () => {
    await using bench = await startStripeBench({ dailyUsdCap: 20 });
    const small = { path: "/v1/payment_intents", form: { amount: "1", currency: "usd" } };
    const json = toIntent({ id: "pi_3QkX2f", amount: 1 });
    await play(bench, { ...small, answer: { json }, reserved: 0.01, cost: 0.01 });
    await play(bench, { ...CREATED, refused: [429, "cap_exhausted"] });
    expect(await bench.spend()).toEqual({ spent: 0.01, held: 0, unknown: 0 });
  });

  it("row 14: exactly enough is enough, and then there is none", async () => {
    await using bench = await startStripeBench({ dailyUsdCap: 20 });
    await play(bench, CREATED);
    await play(bench, {
      path: "/v1/payment_intents",
      form: { amount: "1", currency: "usd" },
      refused: [429, "cap_exhausted"],
    });
    expect(await bench.spend()).toEqual({ spent: 20, held: 0, unknown: 0 });
  });
});

describe("a refusal by Stripe gives the room back", () => {
  it("row 15: a card that is declined", async () => {
    await using bench = await startStripeBench();
    await play(bench, {
      path: "/v1/charges",
      form: { ...FORM, source: "tok_chargeDeclined" },
      answer: { status: 402, json: { error: { code: "card_declined" } } },
      reserved: 20,
      cost: 0,
    });
    expect(await bench.spend()).toEqual({ spent: 0, held: 0, unknown: 0 });
  });

  it.each([400, 401, 403, 404, 429])("row 16: %i at the first try", async (status) => {
    await using bench = await startStripeBench();
    await play(bench, { ...CREATED, answer: { status, json: { error: {} } }, cost: 0 });
    expect((await bench.entries())[0]).toMatchObject({ outcome: "released" });
    expect(await bench.spend()).toEqual({ spent: 0, held: 0, unknown: 0 });
  });

  it("row 25: nobody listens, or the name is nobody's", async () => {
    for (const upstream of [await findDeadUrl(), "http://nobody.invalid"]) {
      const vendors = { stripe: { credential: CREDENTIAL, upstream } };
      await using bench = await startStripeBench({}, { vendors });
      const { status, code } = await bench.call(create());
      expect([status, code]).toEqual([502, "upstream_unreachable"]);
      expect((await bench.entries())[0]).toMatchObject({ reservedUsd: 20, costUsd: 0 });
      expect(await bench.spend()).toEqual({ spent: 0, held: 0, unknown: 0 });
    }
  });
});

describe("the same idempotency key", () => {
  it("row 17: replayed by Stripe, it costs nothing more", async () => {
    await using bench = await startStripeBench({ dailyUsdCap: 20 });
    bench.vendor.moves.push(DONE, REPLAYED);
    for (const cost of ["20.00", "0.00"]) {
      expect((await bench.call(create())).headers.get("keybrake-cost-usd")).toBe(cost);
    }
    expect(await bench.spend()).toEqual({ spent: 20, held: 0, unknown: 0 });
  });

  it("row 18: after a time-out, it counts once", async () => {
    await using bench = await startStripeBench({ dailyUsdCap: 20 }, { limits: { upstream_timeout_ms: 100 } });
    bench.vendor.moves.push("hang", DONE);
    expect(await bench.call(create())).toMatchObject({ status: 504, code: "upstream_timeout" });
    expect(await bench.spend()).toEqual({ spent: 0, held: 20, unknown: 20 });
    expect((await bench.call(create())).status).toBe(200);
    expect(await bench.spend()).toEqual({ spent: 20, held: 0, unknown: 0 });
  });

  it.each([429, 401, 400])("row 19: after a time-out, a %i frees nothing", async (status) => {
    await using bench = await startStripeBench({ dailyUsdCap: 20 }, { limits: { upstream_timeout_ms: 100 } });
    bench.vendor.moves.push("hang", { status, json: { error: {} } });
    expect((await bench.call(create())).status).toBe(504);
    expect((await bench.call(create())).status).toBe(status);
    expect(await bench.spend()).toEqual({ spent: 0, held: 20, unknown: 20 });
  });

  it("row 20: a new one after a time-out is another call", async () => {
    await using bench = await startStripeBench({ dailyUsdCap: 40 }, { limits: { upstream_timeout_ms: 100 } });
    bench.vendor.moves.push("hang", DONE);
    await bench.call(create("try-1"));
    expect((await bench.call(create("try-2"))).status).toBe(200);
    expect(await bench.spend()).toEqual({ spent: 20, held: 20, unknown: 20 });
    expect(await bench.call(create("try-3"))).toMatchObject({ status: 429, code: "cap_exhausted" });
  });

  it("row 21: a replayed 500 stays held, and is spent after a day", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    await using bench = await startStripeBench();
    const failure = { status: 500, json: { error: { type: "api_error" } } };
    bench.vendor.moves.push(failure, { ...failure, headers: { "idempotent-replayed": "true" } });
    for (const _try of [1, 2]) {
      expect((await bench.call(create())).status).toBe(500);
      expect(await bench.spend()).toEqual({ spent: 0, held: 20, unknown: 20 });
    }
    bench.clock.now += 25 * 3_600_000;
    vi.advanceTimersByTime(60_000);
    await until("it is spent", async () => (await bench.spend()).held === 0);
    expect(await bench.spend()).toEqual({ spent: 20, held: 0, unknown: 0 });
  });

  it("row 22: with another amount it is another call, which Stripe refuses", async () => {
    await using bench = await startStripeBench();
    bench.vendor.moves.push(DONE, { status: 400, json: { error: { type: "idempotency_error" } } });
    await bench.call(create());
    expect((await bench.call(create("try-1", { ...FORM, amount: "5000" }))).status).toBe(400);
    expect((await bench.entries())[0]).toMatchObject({ reservedUsd: 50, costUsd: 0 });
    expect(await bench.spend()).toEqual({ spent: 20, held: 0, unknown: 0 });
  });

  it("row 23: twice at once, the conflict frees nothing", async () => {
    const { bench, held } = await startHeldBench({ dailyUsdCap: 20 });
    const calls = [bench.call(create()), bench.call(create())];
    await until("both are at the vendor", () => held.length === 2);
    finish(held[1], 409, { error: { code: "idempotency_key_in_use" } });
    await Promise.race(calls);
    expect(await bench.spend()).toMatchObject({ spent: 0, held: 20 });
    finish(held[0]);
    expect(statuses(await Promise.all(calls))).toEqual([200, 409]);
    expect(await bench.spend()).toEqual({ spent: 20, held: 0, unknown: 0 });
    await bench[Symbol.asyncDispose]();
  });

  it("row 24: a day later Stripe has forgotten it, and it counts again", async () => {
    const limits: ProxyConfig["limits"] = { max_expires_in: "48h", max_lifetime: "48h" };
    await using bench = await startStripeBench({ expiresIn: "48h" }, { limits });
    bench.vendor.moves.push(DONE, { json: toIntent({ id: "pi_3QkX2f" }) });
    expect((await bench.call(create())).status).toBe(200);
    bench.clock.now += 25 * 3_600_000;
    expect((await bench.call(create())).headers.get("keybrake-cost-usd")).toBe("20.00");
    expect(await bench.spend()).toEqual({ spent: 40, held: 0, unknown: 0 });
  });
});

describe("what nobody can tell", () => {
  it("row 26: a connection that breaks after sending keeps the hold", async () => {
    await using bench = await startStripeBench();
    bench.vendor.moves.push("reset");
    expect(await bench.call(create())).toMatchObject({ status: 502, code: "upstream_unreachable" });
    expect((await bench.entries())[0]).toMatchObject({ outcome: "unknown", costUsd: null });
    expect(await bench.spend()).toEqual({ spent: 0, held: 20, unknown: 20 });
  });

  it.each([
    ["broken JSON", { text: `{"id":"${INTENT}","am` }],
    ["more than is read", { text: JSON.stringify({ ...DONE.json, x: "x".repeat(2_000_000) }) }],
    ["what it calls gzip", { text: "garbage", headers: { "content-encoding": "gzip" } }],
  ])("row 60: done, and answered with %s, it costs the estimate", async (_name, move) => {
    await using bench = await startStripeBench();
    bench.vendor.moves.push(move);
    const sender = createSender(Number(new URL(bench.proxyUrl).port));
    const headers = {
      authorization: `Bearer ${bench.key.token}`,
      "content-type": "application/x-www-form-urlencoded",
    };
    const answer = await sender.send("POST", "/stripe/v1/payment_intents", {
      headers,
      body: "amount=2000&currency=usd",
    });
    sender.close();
    expect([answer.status, answer.text]).toEqual([200, move.text]);
    expect((await bench.entries())[0]).toMatchObject({ reservedUsd: 20, costUsd: 20, notes: ["estimate"] });
    expect(await bench.spend()).toEqual({ spent: 20, held: 0, unknown: 0 });
  });

  it("row 61: in another currency, it costs what was answered", async () => {
    await using bench = await startStripeBench();
    await play(bench, {
      ...CREATED,
      answer: { json: toIntent({ currency: "eur" }) },
      cost: 22,
      notes: ["overage"],
    });
    expect(await bench.spend()).toEqual({ spent: 22, held: 0, unknown: 0 });
  });
});
