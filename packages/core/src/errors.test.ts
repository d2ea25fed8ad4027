import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createFakeApi, refusal } from "../test-support/fake-api.ts";
import {
  CallLimitError,
  CapExhaustedError,
  createKeybrake,
  EndpointNotAllowedError,
  InvalidPolicyError,
  KeybrakeError,
  KeyExpiredError,
  KeyRevokedError,
  RateLimitedError,
  TimeoutError,
  UnpricedEndpointError,
  VaultKeyUnavailableError,
} from "./index.ts";
import { ERROR_STATUS, type ErrorCode } from "./protocol.ts";

interface Expected {
  code: ErrorCode;
  type: typeof KeybrakeError;
  retryable: boolean;
  /** What an agent backend tells its own caller. */
  answer: [status: number, error: string];
}

const PLAIN = KeybrakeError;

/** Every code of the contract. */
const table: Expected[] = [
  { code: "malformed_request", type: PLAIN, retryable: false, answer: [502, "vault_call_failed"] },
  { code: "unreadable_amount", type: PLAIN, retryable: false, answer: [502, "vault_call_failed"] },
  { code: "invalid_token", type: PLAIN, retryable: false, answer: [503, "vault_key_unavailable"] },
  { code: "invalid_key", type: PLAIN, retryable: false, answer: [403, "invalid_key"] },
  { code: "key_expired", type: KeyExpiredError, retryable: false, answer: [403, "key_expired"] },
  { code: "key_revoked", type: KeyRevokedError, retryable: false, answer: [403, "key_revoked"] },
  { code: "insufficient_role", type: PLAIN, retryable: false, answer: [503, "vault_key_unavailable"] },
  { code: "vendor_mismatch", type: PLAIN, retryable: false, answer: [403, "vendor_mismatch"] },
  {
    code: "endpoint_not_allowed",
    type: EndpointNotAllowedError,
    retryable: false,
    answer: [403, "endpoint_not_allowed"],
  },
  {
    code: "unpriced_endpoint",
    type: UnpricedEndpointError,
    retryable: false,
    answer: [403, "unpriced_endpoint"],
  },
  { code: "currency_unpriced", type: PLAIN, retryable: false, answer: [403, "currency_unpriced"] },
  { code: "account_not_allowed", type: PLAIN, retryable: false, answer: [403, "account_not_allowed"] },
  { code: "secret_endpoint", type: PLAIN, retryable: false, answer: [403, "secret_endpoint"] },
  { code: "budget_frozen", type: PLAIN, retryable: false, answer: [403, "budget_frozen"] },
  { code: "key_frozen", type: PLAIN, retryable: false, answer: [403, "key_frozen"] },
  { code: "not_found", type: PLAIN, retryable: false, answer: [502, "vault_call_failed"] },
  { code: "unknown_vendor", type: PLAIN, retryable: false, answer: [502, "vault_call_failed"] },
  { code: "idempotency_conflict", type: PLAIN, retryable: false, answer: [502, "vault_call_failed"] },
  { code: "key_ended", type: PLAIN, retryable: false, answer: [502, "vault_call_failed"] },
  { code: "request_too_large", type: PLAIN, retryable: false, answer: [502, "vault_call_failed"] },
  { code: "invalid_policy", type: InvalidPolicyError, retryable: false, answer: [500, "invalid_policy"] },
  { code: "cap_exhausted", type: CapExhaustedError, retryable: false, answer: [402, "spend_cap_exceeded"] },
  { code: "call_limit_reached", type: CallLimitError, retryable: false, answer: [402, "call_limit_reached"] },
  { code: "rate_limited", type: RateLimitedError, retryable: true, answer: [429, "rate_limited"] },
  { code: "internal_error", type: PLAIN, retryable: false, answer: [502, "vault_call_failed"] },
  { code: "upstream_unreachable", type: PLAIN, retryable: true, answer: [502, "vault_call_failed"] },
  { code: "store_unavailable", type: PLAIN, retryable: true, answer: [503, "vault_key_unavailable"] },
  { code: "upstream_timeout", type: TimeoutError, retryable: true, answer: [504, "upstream_timeout"] },
];

/** The error that a call with a key meets when the proxy answers so. */
async function refusedWith(response: Response): Promise<unknown> {
  const api = createFakeApi();
  const key = await createKeybrake({ token: "kb", fetch: api.fetch }).issue({
    label: "a",
    vendor: "stripe",
    uncapped: true,
  });
  api.next(() => response);
  return key.fetch("/v1/charges").then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe("a refusal", () => {
  it("has a row for every code", () => {
    expect(table.map(({ code }) => code)).toEqual(Object.keys(ERROR_STATUS));
  });

  it.each(table)(
    "$code is typed, and tells the caller $answer",
    async ({ code, type, retryable, answer }) => {
      const error = await refusedWith(refusal(code));
      expect(error).toBeInstanceOf(type);
      if (!KeybrakeError.isInstance(error)) throw error;
      expect(error.constructor).toBe(type);
      expect(error.name).toBe(type.name);
      expect(error).toMatchObject({ code, retryable, status: ERROR_STATUS[code], requestId: "req_1" });
      expect(error.message).toBe(`refused: ${code}`);
      expect(error.docUrl).toContain(`#${code}`);

      const response = error.toResponse();
      expect([response.status, await response.json()]).toEqual([answer[0], { error: answer[1] }]);
      expect(response.headers.get("cache-control")).toBe("no-store");
      expect(response.headers.get("keybrake-request-id")).toBe("req_1");
    },
  );

  it("carries what its code has to say", async () => {
    const details = { limit: "key:daily", cap_usd: "5.00", resets_at: "2026-01-01T00:00:00Z" };
    expect(await refusedWith(refusal("cap_exhausted", { details }))).toMatchObject({
      details: { limit: "key:daily", capUsd: "5.00", resetsAt: "2026-01-01T00:00:00Z" },
    });
    const issues = [{ path: "label", message: "too long" }];
    expect(await refusedWith(refusal("invalid_policy", { issues }))).toMatchObject({ issues });
    const limited = await refusedWith(refusal("rate_limited", { retryAfterSeconds: 7 }));
    expect(limited).toMatchObject({ retryAfterSeconds: 7 });
    expect((limited as RateLimitedError).toResponse().headers.get("retry-after")).toBe("7");
  });

  it.each([true, false])(
    "is retryable if the proxy says that a retry can't charge twice: %s",
    async (retryable) => {
      expect(await refusedWith(refusal("upstream_timeout", { retryable }))).toMatchObject({ retryable });
    },
  );

  it("of a code that is new to this version is a plain error", async () => {
    const response = Response.json({}, { status: 418, headers: { "x-keybrake-code": "teapot" } });
    const error = await refusedWith(response);
    expect(error).toMatchObject({ name: "KeybrakeError", code: "teapot", status: 418, retryable: false });
    expect((error as KeybrakeError).toResponse().status).toBe(502);
  });

  it("is typed by its header alone, where the body is lost", async () => {
    const headers = { "x-keybrake-code": "cap_exhausted", "keybrake-request-id": "req_2" };
    const error = await refusedWith(new Response("<html>", { status: 429, headers }));
    expect(error).toBeInstanceOf(CapExhaustedError);
    expect(error).toMatchObject({ details: undefined, requestId: "req_2" });
  });

  it("is only what carries our header: a vendor's own answer is handed on", async () => {
    expect(await refusedWith(Response.json({ code: "cap_exhausted" }, { status: 429 }))).toBeUndefined();
  });
});

describe("KeybrakeError", () => {
  it("is known across copies of this package, and nothing else is", () => {
    const foreign = Object.defineProperty(new Error("x"), Symbol.for("keybrake.error"), { value: true });
    expect(KeybrakeError.isInstance(foreign)).toBe(true);
    const others = [new Error("x"), null, undefined, "cap_exhausted", { code: "cap_exhausted" }];
    for (const other of others) expect(KeybrakeError.isInstance(other)).toBe(false);
  });

  it("shows itself as JSON without its cause", () => {
    const error = new VaultKeyUnavailableError({ message: "down", cause: new Error("inside") });
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      name: "VaultKeyUnavailableError",
      code: "vault_key_unavailable",
      message: "down",
      status: 503,
      retryable: true,
      docUrl: error.docUrl,
    });
    expect(error.cause).toBeInstanceOf(Error);
    const details = { limit: "key:daily", cap_usd: "5.00" };
    const spent = new CapExhaustedError({ code: "cap_exhausted", message: "spent", details });
    expect(spent.toJSON()).toMatchObject({ details: { limit: "key:daily", capUsd: "5.00" } });
    const invalid = new InvalidPolicyError({ code: "invalid_policy", message: "no", issues: [] });
    expect(invalid.toJSON()).toMatchObject({ issues: [] });
  });

  it("never answers a caller with success, whatever the code", () => {
    const codes = fc.oneof(fc.string(), fc.constantFrom("constructor", "__proto__", "toString", "valueOf"));
    fc.assert(
      fc.property(codes, (code) => {
        expect(new KeybrakeError({ code, message: "x" }).toResponse().status).toBeGreaterThanOrEqual(400);
      }),
    );
  });

  it("answers 503 for what only the client knows", async () => {
    const missing = new KeybrakeError({ code: "missing_token", message: "set it" });
    expect(missing.toResponse().status).toBe(503);
    const down = new VaultKeyUnavailableError({ message: "down" });
    expect(await down.toResponse().json()).toEqual({ error: "vault_key_unavailable" });
  });
});
