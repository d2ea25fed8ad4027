import { describe, expect, test, vi } from "vitest";
import type { Fault } from "./index.ts";
import { readBody, startForTest } from "./stripe/testing/start-for-test.ts";

const form = "amount=2000&currency=usd&source=tok_visa";
const keyed = { "idempotency-key": "order-1" };

describe("faults before the effect", () => {
  test("status answers in place of the work", async () => {
    const { post, sandbox } = await startForTest();
    sandbox.fail({ kind: "status", status: 429 });
    sandbox.fail({ kind: "status", status: 502, body: "<html>bad gateway</html>" });
    sandbox.fail({ kind: "status", status: 400, body: { error: { message: "own" } } });
    const limited = await post("/v1/charges", form);
    expect(limited.status).toBe(429);
    expect(await limited.json()).toMatchObject({ error: { code: "rate_limit" } });
    const gateway = await post("/v1/charges", form);
    expect([gateway.status, await gateway.text()]).toEqual([502, "<html>bad gateway</html>"]);
    expect(await (await post("/v1/charges", form)).json()).toEqual({ error: { message: "own" } });
    expect(sandbox.ledger().executedCalls).toBe(0);
  });

  test("status on a second try hides the first, which stays done", async () => {
    const { post, sandbox } = await startForTest();
    await post("/v1/charges", form, keyed);
    sandbox.fail({ kind: "status", status: 429 });
    expect((await post("/v1/charges", form, keyed)).status).toBe(429);
    expect((await post("/v1/charges", form, keyed)).headers.get("idempotent-replayed")).toBe("true");
  });

  test("reset_before_effect drops the call, and the SDK's own retry goes through", async () => {
    const { post, stripe, sandbox } = await startForTest();
    sandbox.fail({ kind: "reset_before_effect", times: 2 });
    await expect(post("/v1/charges", form)).rejects.toThrow();
    expect(sandbox.ledger().executedCalls).toBe(0);
    await stripe.charges.create({ amount: 2000, currency: "usd", source: "tok_visa" });
    expect(sandbox.ledger().executedCalls).toBe(1);
    expect(sandbox.requests()).toHaveLength(3);
  });

  test("hang_before_effect never answers and does nothing", async () => {
    const { post, sandbox } = await startForTest();
    sandbox.fail({ kind: "hang_before_effect" });
    const hanging = post("/v1/charges", form, keyed);
    await vi.waitFor(() => expect(sandbox.requests()).toHaveLength(1));
    expect((await post("/v1/charges", form, keyed)).headers.get("idempotent-replayed")).toBeNull();
    await sandbox.close();
    await expect(hanging).rejects.toThrow();
    expect(sandbox.ledger().executedCalls).toBe(1);
  });

  test("delay: the work is done even if the caller has left", async () => {
    const { sandbox } = await startForTest();
    sandbox.fail({ kind: "delay", ms: 200 });
    const leaving = new AbortController();
    const call = fetch(`${sandbox.url}/v1/charges`, {
      method: "POST",
      body: new URLSearchParams(form),
      headers: { authorization: `Bearer ${sandbox.secretKey}` },
      signal: leaving.signal,
    }).catch(() => "left");
    await vi.waitFor(() => expect(sandbox.requests()).toHaveLength(1), { interval: 1 });
    leaving.abort();
    await call;
    await vi.waitFor(() => expect(sandbox.ledger().executedCalls).toBe(1));
  });
});

describe("faults after the effect", () => {
  test("status_after_effect hides work that was done", async () => {
    const { post, sandbox } = await startForTest();
    sandbox.fail({ kind: "status_after_effect", status: 429 });
    expect((await post("/v1/charges", form, keyed)).status).toBe(429);
    expect(sandbox.ledger().grossMinor).toEqual({ usd: 2000 });
    const again = await post("/v1/charges", form, keyed);
    expect([again.status, again.headers.get("idempotent-replayed")]).toEqual([200, "true"]);
    expect(sandbox.ledger().grossMinor).toEqual({ usd: 2000 });
  });

  test("reset_after_effect: the SDK's retry finds the work done", async () => {
    const { stripe, sandbox } = await startForTest();
    sandbox.fail({ kind: "reset_after_effect" });
    const charge = await stripe.charges.create({ amount: 2000, currency: "usd", source: "tok_visa" });
    expect(charge.lastResponse.headers["idempotent-replayed"]).toBe("true");
    expect(sandbox.requests()).toHaveLength(2);
    expect(sandbox.ledger()).toMatchObject({ grossMinor: { usd: 2000 }, executedCalls: 1 });
  });

  test("hang_after_effect never answers, but the work is done", async () => {
    const { post, sandbox } = await startForTest();
    sandbox.fail({ kind: "hang_after_effect" });
    const hanging = post("/v1/charges", form, keyed);
    await vi.waitFor(() => expect(sandbox.ledger().executedCalls).toBe(1));
    expect((await post("/v1/charges", form, keyed)).headers.get("idempotent-replayed")).toBe("true");
    await sandbox.close();
    await expect(hanging).rejects.toThrow();
  });

  test("broken_json is a 200 that can't be read", async () => {
    const { post, sandbox } = await startForTest();
    sandbox.fail({ kind: "broken_json" });
    const response = await post("/v1/charges", form);
    expect(response.status).toBe(200);
    await expect(response.json()).rejects.toThrow(SyntaxError);
    expect(sandbox.ledger().executedCalls).toBe(1);
  });

  test("slow_body arrives whole", async () => {
    const { post, sandbox } = await startForTest();
    sandbox.fail({ kind: "slow_body", ms: 2 });
    expect(await (await post("/v1/charges", form)).json()).toMatchObject({ amount: 2000 });
  });
});

describe("matching", () => {
  test("goes by method and path, exact or by prefix, a given number of times", async () => {
    const { post, stripe, sandbox } = await startForTest();
    sandbox.fail({ kind: "status", status: 500, match: { method: "GET", path: "/v1/charges" } });
    sandbox.fail({ kind: "status", status: 503, match: { method: "post", path: "/v1/charges/*" }, times: 2 });
    const { id } = await readBody(await post("/v1/charges", `${form}&capture=false`));
    expect((await post(`/v1/charges/${id}/capture`, "")).status).toBe(503);
    expect((await post(`/v1/charges/${id}/capture`, "")).status).toBe(503);
    expect((await post(`/v1/charges/${id}/capture`, "")).status).toBe(200);
    await expect(stripe.charges.list()).rejects.toMatchObject({ statusCode: 500 });
    expect((await stripe.charges.list()).data).toHaveLength(1);
  });

  test("ends with a reset", async () => {
    const { post, sandbox } = await startForTest();
    sandbox.fail({ kind: "status", status: 500, times: 100 });
    sandbox.reset();
    expect((await post("/v1/charges", form)).status).toBe(200);
  });

  test.each<Fault>([
    { kind: "delay", ms: 1, times: 3 },
    { kind: "status", status: 503, body: "down", match: { method: "POST", path: "/v1/*" } },
    { kind: "reset_after_effect" },
  ])("$kind can be queued over HTTP", async (fault) => {
    const { sandbox } = await startForTest();
    const response = await fetch(`${sandbox.url}/_sandbox/faults`, {
      method: "POST",
      body: JSON.stringify(fault),
    });
    expect([response.status, await response.json()]).toEqual([200, fault]);
  });

  test.each([
    "",
    "[]",
    "{}",
    '{"kind":"delay"}',
    '{"kind":"status","status":"500"}',
    '{"kind":"delay","ms":1,"times":0}',
  ])("%s is no fault", async (body) => {
    const { sandbox } = await startForTest();
    const response = await fetch(`${sandbox.url}/_sandbox/faults`, { method: "POST", body });
    expect(response.status).toBe(400);
  });
});
