import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import {
  CapExhaustedError,
  createKeybrake,
  InvalidPolicyError,
  type IssuePolicy,
  KeybrakeError,
  RateLimitedError,
  type VaultKey,
  VaultKeyUnavailableError,
  withVaultKey,
} from "@keybrake/core";
import { ERROR_STATUS, type ErrorCode, errorEnvelopeSchema, issuedKeySchema } from "@keybrake/core/protocol";
import { afterEach, describe, expect, it, vi } from "vitest";
import { setupKeybrake } from "./vitest.ts";

const server = setupKeybrake();
const client = server.client({ retry: { attempts: 1, delayMs: 1 } });
const policy: IssuePolicy = { label: "agent/7", vendor: "stripe", uncapped: true };

function charge(key: VaultKey): Promise<Response> {
  return key.fetch("/v1/charges", { method: "POST", body: "amount=2000" });
}

function codeOf(error: unknown): string | undefined {
  return KeybrakeError.isInstance(error) ? error.code : undefined;
}

/** The code that a call is refused with. */
async function refusalOf(call: Promise<unknown>): Promise<string | undefined> {
  return call.then(() => "not refused", codeOf);
}

function stripeAnswers(costUsd = 0): void {
  server.vendor("stripe", () => Response.json({ id: "ch_1" }));
  server.cost("stripe", costUsd);
}

function post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${server.apiUrl}${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${server.token}`, "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
}

afterEach(() => {
  vi.useRealTimers();
});

describe("the control API", () => {
  it("issues keys that look real, in the contract's shape", async () => {
    const answer = await post("/v1/keys", { label: "a", vendor: "stripe", mode: "test", daily_usd_cap: 5 });
    expect(answer.status).toBe(201);
    expect(answer.headers.get("cache-control")).toBe("no-store");
    const key = issuedKeySchema.parse(await answer.json());
    expect(key.id).toMatch(/^key_\w{20,}$/);
    expect(key.token).toMatch(/^vk_test_\w{20,}$/);
    expect(key).toMatchObject({ status: "active", daily_usd_cap: 5, budgets: [], revoked_at: null });
    expect(Date.parse(key.expires_at) - Date.parse(key.created_at)).toBe(300_000);
  });

  it("shows what was issued and revoked", async () => {
    await client.withVaultKey({ ...policy, dailyUsdCap: 20 }, (key) => {
      expect(server.issued).toMatchObject([
        { id: key.id, token: key.token, label: "agent/7", dailyUsdCap: 20 },
      ]);
      expect(server.revoked).toEqual([]);
    });
    expect(server.revoked).toEqual([server.issued[0]?.id]);
    expect(server.keys).toMatchObject([{ status: "revoked" }]);
  });

  it("refuses a wrong policy and names every field", async () => {
    const wrong = { label: "", vendor: "stripe", daily_usd_cap: -1, colour: "red", expires_in: "2d" };
    const answer = await post("/v1/keys", wrong);
    expect(answer.status).toBe(422);
    const { code, issues = [] } = errorEnvelopeSchema.parse(await answer.json());
    expect(code).toBe("invalid_policy");
    expect(issues.map(({ path }) => path).sort()).toEqual(["colour", "daily_usd_cap", "label"]);

    const error = await client.issue({ ...policy, expiresIn: "2d" }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(InvalidPolicyError);
    expect((error as InvalidPolicyError).issues).toEqual([
      { path: "expires_in", message: "must be at most 24h" },
    ]);
    expect(server.issued).toEqual([]);
  });

  it("knows one token", async () => {
    const stranger = createKeybrake({ token: "kb_other" });
    expect(await refusalOf(stranger.issue(policy))).toBe("invalid_token");
  });

  it("answers an Idempotency-Key again, and refuses it for another policy", async () => {
    const body = { label: "a", vendor: "stripe" };
    const first = await (await post("/v1/keys", body, { "idempotency-key": "k1" })).json();
    const again = await (await post("/v1/keys", body, { "idempotency-key": "k1" })).json();
    expect(again).toEqual(first);
    expect(server.issued).toHaveLength(1);
    const other = await post("/v1/keys", { ...body, label: "b" }, { "idempotency-key": "k1" });
    expect([other.status, other.headers.get("x-keybrake-code")]).toEqual([409, "idempotency_conflict"]);
  });

  it("revokes once and gives the same answer again", async () => {
    const key = await client.issue(policy);
    expect(await key.revoke()).toEqual({ calls: 0, heldUsd: 0 });
    const again = await fetch(`${server.apiUrl}/v1/keys/${key.id}`, {
      method: "DELETE",
      headers: { authorization: `Bearer ${server.token}` },
    });
    expect(again.status).toBe(200);
    expect(server.revoked).toEqual([key.id]);
    expect(await refusalOf(client.getKey("key_none"))).toBe("not_found");
  });

  it("extends, but not past a day from the issue, and not the dead", async () => {
    const key = await client.issue(policy);
    const issuedAt = key.expiresAt.getTime() - 300_000;
    await key.extend("24h");
    expect(key.expiresAt.getTime()).toBe(issuedAt + 86_400_000);
    expect(await refusalOf(key.extend("25h"))).toBe("invalid_policy");
    await key.revoke();
    expect(await refusalOf(key.extend("5m"))).toBe("key_revoked");
  });

  it("lists newest first, filtered and in pages", async () => {
    for (const label of ["a/1", "b/1", "a/2", "a/3"]) await client.issue({ ...policy, label });
    await client.issue({ label: "a/4", vendor: "twilio", budgets: ["user:1"] });
    const labels = (keys: { label: string }[]) => keys.map(({ label }) => label);

    const page = await client.listKeys({ labelPrefix: "a/", vendor: "stripe", limit: 2 });
    expect([labels(page.data), page.hasMore]).toEqual([["a/3", "a/2"], true]);
    const next = await client.listKeys({
      labelPrefix: "a/",
      vendor: "stripe",
      limit: 2,
      startingAfter: page.data[1]?.id ?? "",
    });
    expect([labels(next.data), next.hasMore]).toEqual([["a/1"], false]);
    expect(labels((await client.listKeys({ budget: "user:1" })).data)).toEqual(["a/4"]);
    expect((await client.listKeys({ status: "revoked" })).data).toEqual([]);
  });

  it("revokes many at once", async () => {
    for (const label of ["a/1", "a/2", "b/1"]) await client.issue({ ...policy, label });
    expect(await client.revokeKeys({ labelPrefix: "a/" })).toBe(2);
    expect(await client.revokeKeys({ labelPrefix: "a/" })).toBe(0);
    expect(await refusalOf(client.revokeKeys({}))).toBe("malformed_request");
    expect(server.keys.map(({ status }) => status)).toEqual(["revoked", "revoked", "active"]);
  });

  it("changes a key for its next call, and freezes it", async () => {
    stripeAnswers(20);
    const key = await client.issue({ ...policy, dailyUsdCap: 10 });
    expect(await refusalOf(charge(key))).toBe("cap_exhausted");
    expect(await client.updateKey(key.id, { dailyUsdCap: null, maxCalls: 1 })).toMatchObject({
      maxCalls: 1,
      frozen: false,
    });
    await charge(key);
    expect(await refusalOf(charge(key))).toBe("call_limit_reached");
    await client.updateKey(key.id, { frozen: true });
    expect(await refusalOf(charge(key))).toBe("key_frozen");
    await key.revoke();
    expect(await refusalOf(client.updateKey(key.id, { frozen: false }))).toBe("key_ended");
  });

  it("freezes keys that match, issued before and after", async () => {
    stripeAnswers(20);
    const before = await client.issue({ ...policy, label: "run-7/a" });
    const freeze = await client.freeze({ labelPrefix: "run-7/", note: "gone wild" });
    expect(freeze).toMatchObject({ keys: 1, inFlight: { calls: 0, heldUsd: 0 }, all: false });
    const after = await client.issue({ ...policy, label: "run-7/b" });
    for (const key of [before, after]) expect(await refusalOf(charge(key))).toBe("key_frozen");
    await charge(await client.issue({ ...policy, label: "run-8" }));
    expect(await client.listFreezes()).toMatchObject([{ id: freeze.id, note: "gone wild" }]);
    await client.liftFreeze(freeze.id);
    await charge(before);
    expect(await refusalOf(client.liftFreeze(freeze.id))).toBe("not_found");
    expect(await refusalOf(client.freeze({}))).toBe("invalid_policy");
  });

  it("keeps budgets, and tells beforehand whether a call would fit", async () => {
    const empty = await client.setBudget("user:1", { dailyUsdCap: 30 });
    expect(empty).toMatchObject({ dailyUsdCap: 30, totalUsdCap: null, frozen: false });
    stripeAnswers(20);
    await client.withVaultKey({ ...policy, budgets: ["user:1"] }, charge);

    expect((await client.getBudget("user:1")).spend).toMatchObject({ dailyUsd: 20, remainingUsd: 10 });
    const ask = { vendor: "stripe", budgets: ["user:1"] };
    expect(await client.validate({ ...ask, usd: 10 })).toEqual({ allowed: true, remainingUsd: 10 });
    expect(await client.validate({ ...ask, usd: 11 })).toEqual({
      allowed: false,
      code: "cap_exhausted",
      remainingUsd: 10,
    });
    await client.setBudget("user:1", { frozen: true });
    expect(await client.validate(ask)).toMatchObject({ allowed: false, code: "budget_frozen" });
    expect((await client.listBudgets()).data).toMatchObject([
      { name: "user:1", frozen: true, dailyUsdCap: 30 },
    ]);
    expect(await refusalOf(client.getBudget("user:2"))).toBe("not_found");
    await client.setBudget("user:1", { frozen: false, dailyUsdCap: null, monthlyUsdCap: 25 });
    expect(await client.validate({ ...ask, usd: 6 })).toMatchObject({
      code: "cap_exhausted",
      remainingUsd: 5,
    });
    expect((await client.getBudget("user:1")).spend.monthlyUsd).toBe(20);
  });
});

describe("the proxy", () => {
  it("hands the vendor its own request, without the vault key", async () => {
    const asked: Request[] = [];
    server.vendor("stripe", (request) => {
      asked.push(request);
      return Response.json(
        { id: "ch_1" },
        { headers: { "request-id": "req_stripe", "x-keybrake-code": "fake" } },
      );
    });
    const key = await client.issue(policy);
    const answer = await key.fetch("https://api.stripe.com/v1/charges?expand[]=customer", {
      method: "POST",
      headers: { "idempotency-key": "once" },
      body: "amount=2000",
    });
    expect(await answer.json()).toEqual({ id: "ch_1" });
    expect(answer.headers.get("request-id")).toBe("req_stripe");
    expect(answer.headers.get("keybrake-cost-usd")).toBe("0.00");
    const [request] = asked;
    expect(new URL(request?.url ?? "").pathname).toBe("/v1/charges");
    expect(await request?.text()).toBe("amount=2000");
    expect(request?.headers.get("idempotency-key")).toBe("once");
    expect(JSON.stringify([...(request?.headers ?? [])])).not.toContain(key.token);
    expect(server.calls).toEqual([
      {
        vendor: "stripe",
        method: "POST",
        path: "/v1/charges?expand[]=customer",
        body: "amount=2000",
        keyId: key.id,
        decision: "allowed",
        code: undefined,
        costUsd: 0,
      },
    ]);
  });

  it("takes the key where each vendor's SDK puts it", async () => {
    server.vendor("stripe", () => new Response("ok"));
    const { token } = await client.issue(policy);
    const url = `${server.proxyUrl}/stripe/v1/charges`;
    const places = [
      { authorization: `Bearer ${token}` },
      { authorization: `Basic ${btoa(`AC123:${token}`)}` },
      { "x-shopify-access-token": token },
    ];
    for (const headers of places) expect((await fetch(url, { headers })).status).toBe(200);
    expect((await fetch(url)).headers.get("x-keybrake-code")).toBe("invalid_key");
  });

  it("refuses what the policy doesn't allow", async () => {
    stripeAnswers();
    const key = await client.issue({
      ...policy,
      allowedEndpoints: ["POST /v1/charges", "/v1/refunds/*"],
      maxCalls: 2,
    });
    expect((await charge(key)).status).toBe(200);
    expect((await key.fetch("/v1/refunds/re_1/cancel")).status).toBe(200);
    expect(await refusalOf(key.fetch("/v1/charges"))).toBe("endpoint_not_allowed");
    expect(await refusalOf(key.fetch("/v1/refunds"))).toBe("endpoint_not_allowed");
    expect(await refusalOf(charge(key))).toBe("call_limit_reached");

    const otherVendor = await client.issue({ ...policy, vendor: "twilio" });
    expect(await refusalOf(otherVendor.fetch(`${server.proxyUrl}/stripe/v1/charges`))).toBe("unknown_vendor");
    const wrongPath = await fetch(`${server.proxyUrl}/stripe/v1/charges`, {
      headers: { authorization: `Bearer ${otherVendor.token}` },
    });
    expect(wrongPath.headers.get("x-keybrake-code")).toBe("vendor_mismatch");
    await key.revoke();
    expect(await refusalOf(charge(key))).toBe("key_revoked");
    expect(server.calls.filter(({ decision }) => decision === "allowed")).toHaveLength(2);
  });

  it("lets keys expire", async () => {
    stripeAnswers();
    const key = await client.issue({ ...policy, expiresIn: "1s" });
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 1_000 });
    expect(await refusalOf(charge(key))).toBe("key_expired");
    expect(server.keys[0]?.status).toBe("expired");
  });

  it("refuses at the cap, with the numbers", async () => {
    stripeAnswers(20);
    const key = await client.issue({ ...policy, dailyUsdCap: 50 });
    const answer = await charge(key);
    expect(answer.headers.get("keybrake-cost-usd")).toBe("20.00");
    expect(answer.headers.get("keybrake-remaining-usd")).toBe("30.00");
    await charge(key);
    const error = await charge(key).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(CapExhaustedError);
    expect((error as CapExhaustedError).details).toMatchObject({
      limit: "key:daily",
      capUsd: "50.00",
      spentUsd: "40.00",
      requestedUsd: "20.00",
    });
    expect(server.calls.map(({ costUsd, code }) => [costUsd, code])).toEqual([
      [20, undefined],
      [20, undefined],
      [0, "cap_exhausted"],
    ]);
    expect(server.keys[0]?.spend).toMatchObject({ totalUsd: 40, calls: 2, remainingUsd: 10 });
  });

  it.each([
    ["the key's life", { totalUsdCap: 30 }, "key:total"],
    ["one call", { maxUsdPerCall: 19.99 }, "key:per_call"],
    [
      "one call of the endpoint",
      { maxUsdPerCall: 50, allowedEndpoints: [{ endpoint: "/v1/*", maxUsdPerCall: 19.99 }] },
      "key:per_call",
    ],
    ["a shared budget", { budgets: ["team"] }, "budget:team:daily"],
  ])("refuses at the cap of %s", async (_name, caps, limit) => {
    stripeAnswers(20);
    await client.setBudget("team", { dailyUsdCap: 39 });
    const key = await client.issue({ ...policy, ...caps });
    const errors = [await charge(key).catch((e: unknown) => e), await charge(key).catch((e: unknown) => e)];
    expect(errors.at(-1)).toBeInstanceOf(CapExhaustedError);
    expect((errors.at(-1) as CapExhaustedError).details?.limit).toBe(limit);
  });

  it("prices a call by its request, and never lets concurrent calls past a cap", async () => {
    server.vendor("stripe", () => new Response("ok"));
    server.cost(
      "stripe",
      async (request) => Number(new URLSearchParams(await request.text()).get("amount")) / 100,
    );
    const key = await client.issue({ ...policy, totalUsdCap: 100 });
    const results = await Promise.allSettled(Array.from({ length: 10 }, () => charge(key)));
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(5);
    expect(server.keys[0]?.spend.totalUsd).toBe(100);
  });

  it("gives money back after a definite no, and keeps it where nobody can tell", async () => {
    server.cost("stripe", 20);
    const key = await client.issue(policy);
    server.vendor("stripe", () => Response.json({ error: { code: "card_declined" } }, { status: 402 }));
    expect((await charge(key)).status).toBe(402);
    expect(server.keys[0]?.spend.totalUsd).toBe(0);
    server.vendor("stripe", () => new Response("oops", { status: 500 }));
    expect((await charge(key)).status).toBe(500);
    expect(server.keys[0]?.spend.totalUsd).toBe(20);
    server.vendor("stripe", () => Response.error());
    expect(await refusalOf(charge(key))).toBe("upstream_unreachable");
    server.vendor("stripe", () => {
      throw new Error("broken handler");
    });
    await expect(charge(key)).rejects.toThrow("broken handler");
  });

  it("streams", async () => {
    server.vendor(
      "stripe",
      () => new Response(ReadableStream.from([new Uint8Array([104]), new Uint8Array([105])])),
    );
    const key = await client.issue(policy);
    expect(await (await charge(key)).text()).toBe("hi");
  });
});

describe("what a test can force", () => {
  it.each(Object.entries(ERROR_STATUS) as [ErrorCode, number][])(
    "%s on a vendor's call",
    async (code, status) => {
      stripeAnswers();
      const key = await client.issue(policy);
      server.refuse(code);
      const answer = await key.rawFetch("/v1/charges");
      expect(answer.status).toBe(status);
      expect(errorEnvelopeSchema.parse(await answer.json()).code).toBe(code);
      expect(await refusalOf(charge(key))).toBe(code);
      server.comeBack();
      expect((await charge(key)).status).toBe(200);
    },
  );

  it("refusals of the control API, with their details", async () => {
    server.refuse("rate_limited", { at: "control", retryAfterSeconds: 7 });
    const error = await client.issue(policy).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(RateLimitedError);
    expect((error as RateLimitedError).retryAfterSeconds).toBe(7);
  });

  it("an outage", async () => {
    stripeAnswers();
    const key = await client.issue(policy);
    server.goDown();
    await expect(client.issue(policy)).rejects.toBeInstanceOf(VaultKeyUnavailableError);
    await expect(charge(key)).rejects.toBeInstanceOf(TypeError);
    server.comeBack();
    expect((await charge(key)).status).toBe(200);
  });
});

describe("its surroundings", () => {
  it("serves default clients through the environment", async () => {
    stripeAnswers();
    await withVaultKey(policy, charge);
    expect(server.calls).toHaveLength(1);
  });

  it("leaves loopback alone and blocks the rest", async () => {
    const local = createServer((_request, response) => response.end("local")).listen(0, "127.0.0.1");
    await new Promise((resolve) => local.once("listening", resolve));
    const { port } = local.address() as AddressInfo;
    expect(await (await fetch(`http://127.0.0.1:${port}/v1/keys`)).text()).toBe("local");
    local.close();

    const errors = vi.spyOn(console, "error").mockImplementation(() => {});
    await expect(fetch("https://api.stripe.com/v1/charges")).rejects.toBeInstanceOf(TypeError);
    expect(errors.mock.calls.join()).toContain("https://api.stripe.com/v1/charges");
    errors.mockRestore();
  });

  it("forgets everything on reset", async () => {
    stripeAnswers();
    await client.withVaultKey({ ...policy, budgets: ["team"] }, charge);
    server.goDown();
    server.reset();
    expect([server.issued, server.revoked, server.calls, server.keys]).toEqual([[], [], [], []]);
    expect((await client.listBudgets()).data).toEqual([]);
  });
});
