import { request, type ServerResponse } from "node:http";
import { createMemoryLedger } from "@keybrake/ledger";
import { describe, expect, it } from "vitest";
import type { ProxyConfig } from "../../../src/config/config.ts";
import { createProxy } from "../../../src/create-proxy.ts";
import { startVendor } from "../../../test-support/start-vendor.ts";
import { until } from "../../../test-support/until.ts";
import { create, FORM, finish, startHeldBench } from "../../../test-support/vendors/held-bench.ts";
import { CREDENTIAL } from "../../../test-support/vendors/stripe-bench.ts";

describe("while a call is at Stripe", () => {
  it("row 62: its caller leaves, and pays", async () => {
    const { bench, held } = await startHeldBench();
    const { port } = new URL(bench.proxyUrl);
    const body = "amount=2000&currency=usd";
    const agent = request({
      port,
      method: "POST",
      path: "/stripe/v1/payment_intents",
      headers: {
        authorization: `Bearer ${bench.key.token}`,
        "content-type": "application/x-www-form-urlencoded",
        "content-length": body.length,
      },
    });
    agent.on("error", () => {});
    agent.end(body);
    await until("it is at the vendor", () => held.length === 1);
    agent.destroy();
    expect(await bench.spend()).toEqual({ spent: 0, held: 20, unknown: 0 });
    finish(held[0]);
    await until("it is settled", async () => (await bench.spend()).held === 0);
    expect(await bench.spend()).toEqual({ spent: 20, held: 0, unknown: 0 });
    await bench[Symbol.asyncDispose]();
  });

  // What the memory store can show of a killed process: the hold was in the ledger before a byte left, and a second
  // proxy on that ledger counts it. That it outlives the process is for the stores that do.
  it("row 63: its amount is in the ledger, whatever becomes of the proxy", async () => {
    const held: ServerResponse[] = [];
    const vendor = await startVendor((_call, response) => held.push(response));
    const store = createMemoryLedger();
    const config: ProxyConfig = {
      listen: "127.0.0.1:0",
      tokens: [{ name: "bench", token: "kb_bench_token" }],
      vendors: { stripe: { credential: CREDENTIAL, upstream: vendor.url } },
    };
    const [first, second] = [createProxy(config, { store }), createProxy(config, { store })];
    const [{ url }, { url: otherUrl }] = await Promise.all([first.listen(), second.listen()]);
    const control = { authorization: "Bearer kb_bench_token", "content-type": "application/json" };
    const issued = await fetch(`${url}/v1/keys`, {
      method: "POST",
      headers: control,
      body: JSON.stringify({ label: "agent", vendor: "stripe", daily_usd_cap: 20 }),
    });
    const key = (await issued.json()) as { id: string; token: string };
    const charge = (origin: string): Promise<Response> =>
      fetch(`${origin}/stripe/v1/payment_intents`, {
        method: "POST",
        headers: { authorization: `Bearer ${key.token}` },
        body: new URLSearchParams(FORM),
      });
    const dying = charge(url).catch(() => undefined);
    await until("it is at the vendor", () => held.length === 1);
    const state = await fetch(`${otherUrl}/v1/keys/${key.id}`, { headers: control });
    expect(await state.json()).toMatchObject({ spend: { total_usd: 0, held_usd: 20, remaining_usd: 0 } });
    expect((await charge(otherUrl)).headers.get("x-keybrake-code")).toBe("cap_exhausted");
    expect(held).toHaveLength(1);
    finish(held[0]);
    await dying;
    await Promise.all([first.close({ graceMs: 200 }), second.close({ graceMs: 200 })]);
  });

  it("row 64: the day ends, and it counts in the day it was reserved in", async () => {
    const { bench, held } = await startHeldBench({ dailyUsdCap: 20 });
    bench.clock.now = Date.parse("2026-11-22T23:59:59Z");
    const call = bench.call(create());
    await until("it is at the vendor", () => held.length === 1);
    bench.clock.now = Date.parse("2026-11-23T00:00:01Z");
    finish(held[0]);
    expect((await call).status).toBe(200);
    const { spend } = await bench.client.getKey(bench.key.id);
    expect(spend).toMatchObject({ dailyUsd: 0, totalUsd: 20, heldUsd: 0, remainingUsd: 20 });
    await bench[Symbol.asyncDispose]();
  });

  it("row 65: its key is revoked, and it is settled; the next call is refused", async () => {
    const { bench, held } = await startHeldBench();
    const call = bench.call(create());
    await until("it is at the vendor", () => held.length === 1);
    expect(await bench.key.revoke()).toEqual({ calls: 1, heldUsd: 20 });
    finish(held[0]);
    expect((await call).status).toBe(200);
    expect(await bench.spend()).toEqual({ spent: 20, held: 0, unknown: 0 });
    const next = await bench.call(create("try-2"));
    expect([next.status, next.code]).toEqual([401, "key_revoked"]);
    expect(JSON.parse(next.text)).toMatchObject({ error: { code: "key_revoked" } });
    expect(held).toHaveLength(1);
    await bench[Symbol.asyncDispose]();
  });
});
