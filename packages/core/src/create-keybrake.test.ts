import { afterEach, describe, expect, it, vi } from "vitest";
import { breaks, createFakeApi, issuedKey, neverAnswers, refusal } from "../test-support/fake-api.ts";
import {
  createKeybrake,
  InvalidPolicyError,
  type IssuePolicy,
  type Keybrake,
  KeybrakeError,
  type KeybrakeEvent,
  type KeybrakeOptions,
  VaultKeyUnavailableError,
} from "./index.ts";

const policy: IssuePolicy = { label: "agent/7", vendor: "stripe", uncapped: true };

function setUp(options: KeybrakeOptions = {}) {
  const api = createFakeApi();
  const events: KeybrakeEvent[] = [];
  const client: Keybrake = createKeybrake({
    token: "kb_secret",
    fetch: api.fetch,
    retry: { attempts: 1, delayMs: 1 },
    onEvent: (event) => events.push(event),
    ...options,
  });
  return { api, events, client, eventTypes: () => events.map(({ type }) => type) };
}

const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe("issue", () => {
  it("asks for the policy in the words of the wire", async () => {
    const { api, client } = setUp();
    const key = await client.issue({
      ...policy,
      allowedEndpoints: ["POST /v1/charges"],
      dailyUsdCap: 500,
      expiresIn: "10m",
      metadata: { run_id: "7", camelCase: "kept" },
      keepAlive: true,
      failOpen: () => ({ token: "unused", baseUrl: "https://unused.test" }),
    });
    const [asked] = api.asked;
    expect([asked?.method, asked?.url.href]).toEqual(["POST", "https://api.keybrake.com/v1/keys"]);
    expect(JSON.parse(asked?.body ?? "")).toEqual({
      label: "agent/7",
      vendor: "stripe",
      allowed_endpoints: ["POST /v1/charges"],
      daily_usd_cap: 500,
      expires_in: "10m",
      metadata: { run_id: "7", camelCase: "kept" },
    });
    expect(asked?.headers.get("authorization")).toBe("Bearer kb_secret");
    expect(asked?.headers.get("content-type")).toBe("application/json");
    expect(asked?.init).toMatchObject({ cache: "no-store", redirect: "manual" });
    expect(key).toMatchObject({ id: "key_1", vendor: "stripe", label: "agent/7", tracked: true });
    expect(key.baseUrl).toBe("https://proxy.keybrake.com/stripe");
  });

  it.each<[string, object]>([
    ["no cap", {}],
    ["bounds that are no caps", { maxUsdPerCall: 5, maxCalls: 3 }],
    ["no budgets", { budgets: [] }],
    ["caps that are undefined", { dailyUsdCap: undefined, totalUsdCap: undefined }],
  ])("refuses a policy with %s before it asks, unless that is stated", async (_name, fields) => {
    const { api, client } = setUp();
    const plain = { label: "agent/7", vendor: "stripe", ...fields };
    const failOpen = vi.fn(() => ({ token: "x", baseUrl: "https://x.test" }));
    const error = await rejection(client.issue({ ...plain, failOpen } as unknown as IssuePolicy));
    expect(error).toBeInstanceOf(InvalidPolicyError);
    expect(error).toMatchObject({ issues: [{ path: "uncapped" }], status: 422 });
    expect((error as Error).message).toContain("totalUsdCap");
    expect(api.asked).toEqual([]);
    expect(failOpen).not.toHaveBeenCalled();

    await client.issue({ ...plain, uncapped: true } as IssuePolicy);
    expect(JSON.parse(api.asked[0]?.body ?? "")).not.toHaveProperty("uncapped");
  });

  it.each<[string, Pick<IssuePolicy, "dailyUsdCap" | "totalUsdCap" | "budgets" | "parent">]>([
    ["dailyUsdCap", { dailyUsdCap: 0 }],
    ["totalUsdCap", { totalUsdCap: 5 }],
    ["a budget with a cap", { budgets: [{ name: "user:42", dailyUsdCap: 5 }] }],
    ["a budget that may have a stored cap", { budgets: ["user:42"] }],
    ["a parent key", { parent: "self" }],
  ])("takes %s for a limit", async (_name, limit) => {
    const { client } = setUp();
    const limited = { label: "agent/7", vendor: "stripe", ...limit } as IssuePolicy;
    expect((await client.issue(limited)).id).toBe("key_1");
  });

  it("tries once more, under the same Idempotency-Key", async () => {
    const { api, client, eventTypes } = setUp();
    api.next(breaks);
    await client.issue(policy);
    const keys = api.asked.map(({ headers }) => headers.get("idempotency-key"));
    expect(keys).toHaveLength(2);
    expect(keys[0]).toMatch(/^[\w-]{36}$/);
    expect(keys[1]).toBe(keys[0]);
    expect(eventTypes()).toEqual(["retried", "issued"]);

    await client.issue(policy);
    expect(api.asked[2]?.headers.get("idempotency-key")).not.toBe(keys[0]);
  });

  it.each([
    ["the connection breaks", breaks],
    ["the store is down", () => refusal("store_unavailable")],
    ["a gateway in between fails", () => new Response("<html>", { status: 502 })],
    ["something else answers there", () => new Response("<html>hello")],
    ["the answer is not a key", () => Response.json({ id: "key_1" }, { status: 201 })],
    ["the answer is not even an object", () => Response.json(null, { status: 201 })],
    ["the key has no token", () => Response.json(issuedKey({ token: "" }), { status: 201 })],
    ["its expiry can't be read", () => Response.json(issuedKey({ expires_at: "soon" }))],
    [
      "it is redirected",
      () => new Response(null, { status: 302, headers: { location: "https://evil.test" } }),
    ],
  ])("fails closed when %s", async (_name, answer) => {
    const { api, client, events } = setUp();
    api.next(answer, answer);
    const error = await rejection(client.issue(policy));
    expect(error).toBeInstanceOf(VaultKeyUnavailableError);
    expect(error).toMatchObject({ code: "vault_key_unavailable", status: 503, retryable: true });
    expect((error as Error).cause).toBeInstanceOf(Error);
    expect(api.asked).toHaveLength(2);
    expect(events.map(({ type }) => type)).toEqual(["retried"]);
  });

  it("fails closed when the key is for another vendor", async () => {
    const { api, client } = setUp();
    api.next(() => Response.json(issuedKey({ vendor: "twilio" }), { status: 201 }));
    expect(await rejection(client.issue(policy))).toBeInstanceOf(VaultKeyUnavailableError);
  });

  it.each(["invalid_policy", "invalid_token", "unknown_vendor", "rate_limited"] as const)(
    "takes %s for an answer and does not try again",
    async (code) => {
      const { api, client } = setUp();
      api.next(() => refusal(code));
      expect(await rejection(client.issue(policy))).toMatchObject({ code });
      expect(api.asked).toHaveLength(1);
    },
  );

  it("names the wrong fields", async () => {
    const { api, client } = setUp();
    const issues = [{ path: "daily_usd_cap", message: "too small" }];
    api.next(() => refusal("invalid_policy", { issues }));
    const error = await rejection(client.issue({ ...policy, dailyUsdCap: -1 }));
    expect(error).toBeInstanceOf(InvalidPolicyError);
    expect(error).toMatchObject({ issues });
  });

  it("keeps the request id of what made it unavailable", async () => {
    const { api, client } = setUp({ retry: { attempts: 0, delayMs: 0 } });
    api.next(() => refusal("store_unavailable"));
    expect(await rejection(client.issue(policy))).toMatchObject({ requestId: "req_1" });
    expect(api.asked).toHaveLength(1);
  });

  it("gives up on an attempt after timeoutMs", async () => {
    const { api, client } = setUp({ timeoutMs: 5 });
    api.next(neverAnswers, neverAnswers);
    const error = await rejection(client.issue(policy));
    expect(error).toBeInstanceOf(VaultKeyUnavailableError);
    expect((error as Error).cause).toMatchObject({ name: "TimeoutError" });
    expect(api.asked).toHaveLength(2);
  });

  it("ends with the caller's own reason when the caller aborts", async () => {
    const { api, client } = setUp();
    const caller = new AbortController();
    const reason = new Error("the user went home");
    api.next((asked) => {
      queueMicrotask(() => caller.abort(reason));
      return neverAnswers(asked);
    });
    const failOpen = vi.fn(() => ({ token: "x", baseUrl: "https://x.test" }));
    const issued = client.issue({ ...policy, failOpen }, { signal: caller.signal });
    expect(await rejection(issued)).toBe(reason);
    expect(api.asked).toHaveLength(1);
    expect(failOpen).not.toHaveBeenCalled();
  });

  it("survives a listener that throws", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    const { client } = setUp({
      onEvent: () => {
        throw new Error("listener");
      },
    });
    expect((await client.issue(policy)).id).toBe("key_1");
    expect(warn).toHaveBeenCalledOnce();
  });
});

describe("failOpen", () => {
  const failOpen = () => ({ token: "re_own_credential", baseUrl: "https://api.resend.com" });

  it("stands in where Keybrake is unreachable, with a warning and an event", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    const { api, client, events } = setUp();
    api.next(breaks, breaks);
    const key = await client.issue({ ...policy, vendor: "resend", failOpen });
    expect(key).toMatchObject({ tracked: false, token: "re_own_credential", vendor: "resend" });
    expect(warn).toHaveBeenCalledOnce();
    expect(warn.mock.calls.join()).not.toContain("re_own_credential");
    expect(events.at(-1)).toMatchObject({ type: "fail_open", vendor: "resend", label: "agent/7" });

    await key.fetch("/emails", { method: "POST" });
    expect(api.asked.at(-1)?.url.href).toBe("https://api.resend.com/emails");
    expect(api.asked.at(-1)?.headers.get("authorization")).toBe("Bearer re_own_credential");
    const before = api.asked.length;
    expect(await key.revoke()).toEqual({ calls: 0, heldUsd: 0 });
    expect(api.asked).toHaveLength(before);
  });

  it.each(["invalid_policy", "invalid_token", "unknown_vendor"] as const)("never after %s", async (code) => {
    const { api, client } = setUp();
    api.next(() => refusal(code));
    expect(await rejection(client.issue({ ...policy, failOpen }))).toMatchObject({ code });
  });

  it("never where no token is set", async () => {
    const { client } = setUp({ token: "" });
    vi.stubEnv("KEYBRAKE_TOKEN", "");
    expect(await rejection(client.issue({ ...policy, failOpen }))).toMatchObject({ code: "missing_token" });
  });
});

describe("the environment", () => {
  it("issues nothing where it may not be read", async () => {
    const denied = new Error("Requires env access to KEYBRAKE_PROXY_URL");
    const env = new Proxy({} as Record<string, string>, {
      get() {
        throw denied;
      },
    });
    vi.stubGlobal("process", { env });
    const { api, client } = setUp({ apiUrl: "http://localhost:4242" });
    expect(await rejection(client.issue(policy))).toBe(denied);
    expect(api.asked).toEqual([]);
  });

  it("is read at first use, not before", async () => {
    const api = createFakeApi();
    const client = createKeybrake({ fetch: api.fetch });
    vi.stubEnv("KEYBRAKE_TOKEN", "kb_from_env");
    vi.stubEnv("KEYBRAKE_API_URL", "http://localhost:4242/");
    const key = await client.issue(policy);
    expect(api.asked[0]?.headers.get("authorization")).toBe("Bearer kb_from_env");
    expect(api.asked[0]?.url.href).toBe("http://localhost:4242/v1/keys");
    expect(key.baseUrl).toBe("http://localhost:4242/stripe");
    vi.stubEnv("KEYBRAKE_PROXY_URL", "http://localhost:4243");
    expect((await client.issue(policy)).baseUrl).toBe("http://localhost:4243/stripe");
  });

  it("gives way to options", async () => {
    vi.stubEnv("KEYBRAKE_TOKEN", "kb_from_env");
    vi.stubEnv("KEYBRAKE_API_URL", "http://localhost:4242");
    const { api, client } = setUp({
      apiUrl: "https://keybrake.acme.test",
      proxyUrl: "https://proxy.acme.test/kb/",
    });
    const key = await client.issue(policy);
    expect(api.asked[0]?.url.origin).toBe("https://keybrake.acme.test");
    expect(api.asked[0]?.headers.get("authorization")).toBe("Bearer kb_secret");
    expect(key.baseUrl).toBe("https://proxy.acme.test/kb/stripe");
  });

  it("may be missing altogether, and then says what to do", async () => {
    const api = createFakeApi();
    vi.stubGlobal("process", undefined);
    const issued = rejection(createKeybrake({ fetch: api.fetch }).issue(policy));
    vi.unstubAllGlobals();
    const error = await issued;
    expect(KeybrakeError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ code: "missing_token", retryable: false });
    expect((error as Error).message).toContain("KEYBRAKE_TOKEN");
    expect(api.asked).toEqual([]);
  });

  it("has a global fetch that is looked up at each call", async () => {
    const client = createKeybrake({ token: "kb" });
    const api = createFakeApi();
    vi.stubGlobal("fetch", api.fetch);
    await client.issue(policy);
    expect(api.asked).toHaveLength(1);
  });
});

describe("the rest of the control API", () => {
  const spend = {
    daily_usd: 1.5,
    total_usd: 2,
    held_usd: 0,
    unknown_usd: 0,
    calls: 3,
    remaining_usd: null,
    resets_at: "2026-01-01T00:00:00Z",
  };
  const { token: _token, ...shown } = issuedKey({});
  const { calls: _calls, ...budgetSpend } = spend;
  const budget = {
    name: "user:42",
    daily_usd_cap: 5,
    total_usd_cap: null,
    frozen: false,
    spend: budgetSpend,
  };

  it("reads a key with its spend", async () => {
    const { api, client } = setUp();
    api.next(() => Response.json({ ...shown, spend }));
    expect(await client.getKey("key_1/../x")).toMatchObject({ id: "key_1", spend: { dailyUsd: 1.5 } });
    expect(api.asked[0]?.url.pathname).toBe("/v1/keys/key_1%2F..%2Fx");
  });

  it("lists keys by page", async () => {
    const { api, client } = setUp();
    api.next(() => Response.json({ data: [shown], has_more: true }));
    const page = await client.listKeys({
      labelPrefix: "agent/",
      status: "active",
      limit: 1,
      startingAfter: "key_0",
    });
    expect(page).toMatchObject({ hasMore: true, data: [{ allowRecurring: false }] });
    expect(Object.fromEntries(api.asked[0]?.url.searchParams ?? [])).toEqual({
      label_prefix: "agent/",
      status: "active",
      limit: "1",
      starting_after: "key_0",
    });
  });

  it("revokes many", async () => {
    const { api, client } = setUp();
    api.next(() => Response.json({ revoked: 3 }));
    expect(await client.revokeKeys({ labelPrefix: "agent/" })).toBe(3);
    expect(api.asked[0]?.body).toBe('{"label_prefix":"agent/"}');
  });

  it("asks whether a call would fit", async () => {
    const { api, client } = setUp();
    api.next(() => Response.json({ allowed: false, code: "cap_exhausted", remaining_usd: 0.5 }));
    const question = { vendor: "stripe", budgets: ["user:42"], usd: 20 };
    expect(await client.validate(question)).toEqual({
      allowed: false,
      code: "cap_exhausted",
      remainingUsd: 0.5,
    });
    expect(JSON.parse(api.asked[0]?.body ?? "")).toEqual(question);
  });

  it("reads and sets budgets", async () => {
    const { api, client } = setUp();
    const answer = () => Response.json(budget);
    api.next(answer, answer, () => Response.json({ data: [budget], has_more: false }));
    expect(await client.getBudget("user:42")).toMatchObject({
      dailyUsdCap: 5,
      spend: { remainingUsd: null },
    });
    await client.setBudget("user:42", { dailyUsdCap: null, frozen: true });
    expect(await client.listBudgets()).toMatchObject({ data: [{ name: "user:42" }], hasMore: false });
    expect(api.asked.map(({ method, url, body }) => [method, url.pathname, body])).toEqual([
      ["GET", "/v1/budgets/user%3A42", ""],
      ["PUT", "/v1/budgets/user%3A42", '{"daily_usd_cap":null,"frozen":true}'],
      ["GET", "/v1/budgets", ""],
    ]);
  });

  it("changes the limits of a key", async () => {
    const { api, client } = setUp();
    api.next(() => Response.json({ ...shown, frozen: true }));
    const changes = { dailyUsdCap: null, maxCalls: 5, allowedEndpoints: ["GET /v1/*"], frozen: true };
    expect(await client.updateKey("key_1", changes)).toMatchObject({ id: "key_1", frozen: true });
    const { method, url, body } = api.asked[0] ?? {};
    expect([method, url?.pathname]).toEqual(["PATCH", "/v1/keys/key_1"]);
    expect(JSON.parse(body ?? "")).toEqual({
      daily_usd_cap: null,
      max_calls: 5,
      allowed_endpoints: ["GET /v1/*"],
      frozen: true,
    });
  });

  it("reads the audit log, and reconciles an entry", async () => {
    const { api, client } = setUp();
    const entry = {
      id: "aud_1",
      request_id: "req_1",
      at: "2026-01-01T00:00:00Z",
      key_id: "key_1",
      label: "agent/7",
      vendor: "stripe",
      mode: "live",
      method: "POST",
      path: "/v1/charges",
      decision: "allowed",
      code: null,
      would_refuse: null,
      status: 200,
      outcome: "settled",
      reserved_usd: 20,
      cost_usd: 20,
      budgets: [],
      metadata: { run_id: "7" },
      vendor_request_id: null,
      notes: [],
      duration_ms: 12,
    };
    api.next(() => Response.json({ data: [entry], has_more: false }));
    const page = await client.listAudit({
      keyId: "key_1",
      decision: "allowed",
      since: "2026-01-01T00:00:00Z",
    });
    expect(page.data).toMatchObject([
      { keyId: "key_1", costUsd: 20, wouldRefuse: null, metadata: { run_id: "7" } },
    ]);
    expect(Object.fromEntries(api.asked[0]?.url.searchParams ?? [])).toEqual({
      key_id: "key_1",
      decision: "allowed",
      since: "2026-01-01T00:00:00Z",
    });
    api.next(() => Response.json(entry));
    expect(await client.reconcile("aud_1", 20)).toMatchObject({ costUsd: 20, outcome: "settled" });
    const { method, url, body } = api.asked.at(-1) ?? {};
    expect([method, url?.pathname, body]).toEqual(["POST", "/v1/audit/aud_1/reconcile", '{"cost_usd":20}']);
  });
});
