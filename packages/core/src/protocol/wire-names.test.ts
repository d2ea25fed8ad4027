import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { issuedKey } from "../../test-support/fake-api.ts";
import {
  errorEnvelopeSchema,
  fromWire,
  keyWithSpendSchema,
  policySchema,
  toErrorAnswer,
  toWire,
} from "../protocol.ts";

describe("fromWire and toWire", () => {
  it("rename every field, and leave the caller's own names alone", () => {
    const metadata = { run_id: "7", "user-agent": "x", daily_usd_cap: "not a cap", camelCase: "kept" };
    const wire = policySchema.parse({ label: "a", vendor: "stripe", daily_usd_cap: 5, metadata });
    const policy = fromWire(wire);
    expect(policy).toEqual({ label: "a", vendor: "stripe", dailyUsdCap: 5, metadata });
    expect(toWire(policy)).toEqual(wire);
  });

  it("rename what the contract doesn't know as well, so that the API refuses it by its name", () => {
    expect(toWire({ label: "a", vendor: "stripe", dailyCap: 5 })).toEqual({
      label: "a",
      vendor: "stripe",
      daily_cap: 5,
    });
  });

  it("go into objects inside", () => {
    const spend = {
      daily_usd: 1,
      total_usd: 2,
      held_usd: 3,
      unknown_usd: 0,
      calls: 4,
      remaining_usd: null,
      resets_at: "2026-01-01T00:00:00Z",
    };
    const key = fromWire(keyWithSpendSchema.parse({ ...issuedKey({}), spend }));
    expect(key.spend).toMatchObject({ dailyUsd: 1, remainingUsd: null, resetsAt: "2026-01-01T00:00:00Z" });
    expect(key).toMatchObject({ allowRecurring: false, revokedAt: null });
  });

  it("give every key and policy back, whatever its metadata", () => {
    const words = fc.stringMatching(/^[a-zA-Z_]{1,20}$/);
    fc.assert(
      fc.property(fc.dictionary(words, words), fc.array(words), (metadata, budgets) => {
        const key = issuedKey({ metadata, budgets });
        expect(toWire(fromWire(key))).toEqual(key);
      }),
    );
  });
});

describe("toErrorAnswer", () => {
  it("carries the code in every place that an SDK looks", () => {
    const details = { limit: "key:daily", cap_usd: "5.00" };
    const { status, headers, body } = toErrorAnswer(
      { code: "cap_exhausted", message: "spent", details },
      "req_7",
    );
    expect(status).toBe(429);
    expect(headers).toMatchObject({
      "x-keybrake-code": "cap_exhausted",
      "keybrake-request-id": "req_7",
      "request-id": "req_7",
      "cache-control": "no-store",
      "stripe-should-retry": "false",
    });
    expect(headers).not.toHaveProperty("retry-after");
    expect(errorEnvelopeSchema.parse(body)).toEqual(body);
    expect(body).toMatchObject({
      code: "cap_exhausted",
      name: "cap_exhausted",
      status: 429,
      statusCode: 429,
      request_id: "req_7",
      details,
      error: { type: "keybrake_error", code: "cap_exhausted", message: "spent" },
      errors: [{ message: "spent", extensions: { code: "CAP_EXHAUSTED" } }],
    });
    expect(fromWire(details)).toEqual({ limit: "key:daily", capUsd: "5.00" });
  });

  it.each([true, false])(
    "says whether a retry can charge twice, where the code doesn't tell it: %s",
    (retryable) => {
      const { body } = toErrorAnswer({ code: "upstream_timeout", message: "late", retryable }, "req_7");
      expect(body).toMatchObject({ retryable, error: { retryable } });
      expect(toErrorAnswer({ code: "rate_limited", message: "slow" }, "req_7").body).not.toHaveProperty(
        "retryable",
      );
    },
  );

  it("lets Stripe's SDK retry only where the hold is kept, and says when only if told", () => {
    const kept = toErrorAnswer({ code: "upstream_timeout", message: "late", holdKept: true }, "req_7");
    expect(kept.headers).not.toHaveProperty("stripe-should-retry");
    const limited = toErrorAnswer({ code: "rate_limited", message: "slow", retryAfterSeconds: 3 }, "req_7");
    expect(limited.headers).toMatchObject({ "retry-after": "3", "stripe-should-retry": "false" });
  });
});
