import { describe, expect, it } from "vitest";
import { CapExhaustedError, KeybrakeError, RateLimitedError, toKeybrakeError } from "./index.ts";
import { toDocUrl } from "./protocol.ts";

describe("toKeybrakeError", () => {
  it.each([
    new RateLimitedError({ code: "rate_limited", message: "slow down", retryAfterSeconds: 7 }),
    new KeybrakeError({ code: "cap_exhausted", message: "spent" }),
  ])("hands on our own: %s", (error) => {
    expect(toKeybrakeError(error)).toBe(error);
  });

  it("knows a spent cap that a vendor's SDK raised", () => {
    const raised = Object.assign(new Error("spent"), { status: 429, code: "cap_exhausted" });
    const error = toKeybrakeError(raised);
    expect(error).toBeInstanceOf(CapExhaustedError);
    expect(error).toMatchObject({ code: "cap_exhausted", status: 429, cause: raised });
  });

  it.each([
    ["Stripe", { type: "StripePermissionError", doc_url: toDocUrl("endpoint_not_allowed") }],
    ["Twilio", { status: 403, moreInfo: toDocUrl("endpoint_not_allowed") }],
  ])("knows another refusal that the SDK of %s raised", (_vendor, fields) => {
    const raised = Object.assign(new Error("no"), { code: "endpoint_not_allowed", ...fields });
    expect(toKeybrakeError(raised)).toMatchObject({
      code: "endpoint_not_allowed",
      status: 403,
      retryable: false,
      cause: raised,
    });
  });

  const refusal = new CapExhaustedError({ code: "cap_exhausted", message: "spent" });
  it.each<[string, unknown]>([
    ["a cause", new Error("order failed", { cause: refusal })],
    ["a cause of a cause", new Error("job failed", { cause: new Error("order failed", { cause: refusal }) })],
    ["one of several errors", new AggregateError([new Error("a bug"), refusal])],
    ["a cause in one of several errors", new AggregateError([new Error("order failed", { cause: refusal })])],
    ["an error that collects attempts", Object.assign(new Error("retries failed"), { errors: [refusal] })],
  ])("finds a refusal in %s", (_name, error) => {
    expect(toKeybrakeError(error)).toBe(refusal);
  });

  const raised = Object.assign(new Error("spent"), { status: 429, code: "cap_exhausted" });
  it("finds a refusal that a vendor's SDK raised and the user's code wrapped", () => {
    const wrapped = new Error("order failed", { cause: raised });
    expect(toKeybrakeError(wrapped)).toMatchObject({ code: "cap_exhausted", cause: wrapped });
  });

  it.each([
    [
      "axios",
      { code: "ERR_BAD_REQUEST", response: { headers: { "x-keybrake-code": "endpoint_not_allowed" } } },
    ],
    [
      "got",
      {
        code: "ERR_NON_2XX_3XX_RESPONSE",
        response: { headers: { "X-Keybrake-Code": "endpoint_not_allowed" } },
      },
    ],
  ])("knows a refusal that %s raised", (_client, fields) => {
    const error = Object.assign(new Error("Request failed"), fields);
    expect(toKeybrakeError(error)).toMatchObject({ code: "endpoint_not_allowed", status: 403, cause: error });
  });

  it("asks the key what the error leaves out", () => {
    const key = { capRefusal: new CapExhaustedError({ code: "cap_exhausted", message: "by the key" }) };
    const other = new RateLimitedError({ code: "rate_limited", message: "slow down", retryAfterSeconds: 7 });
    expect(toKeybrakeError(new Error("order failed"), key)).toBe(key.capRefusal);
    expect(toKeybrakeError(raised, key)).toBe(key.capRefusal);
    expect(toKeybrakeError(refusal, key)).toBe(refusal);
    expect(toKeybrakeError(other, key)).toBe(other);
    expect(toKeybrakeError(new Error("a bug"), { capRefusal: undefined })).toBeUndefined();
  });

  it.each<[string, (body: object) => object]>([
    ["Stripe", (body) => ({ code: "upstream_timeout", doc_url: toDocUrl("upstream_timeout"), raw: body })],
    ["axios", (data) => ({ response: { headers: { "x-keybrake-code": "upstream_timeout" }, data } })],
    ["got", (body) => ({ response: { headers: { "x-keybrake-code": "upstream_timeout" }, body } })],
  ])("reads from %s whether a retry can charge twice, and what to do", (_client, toFields) => {
    for (const retryable of [true, false]) {
      const body = { code: "upstream_timeout", message: "Look it up first.", retryable };
      const error = Object.assign(new Error("Request failed"), toFields(body));
      expect(toKeybrakeError(error)).toMatchObject({ retryable, message: "Look it up first." });
    }
  });

  it("advises no retry if the client dropped whether it can charge twice", () => {
    const moreInfo = toDocUrl("upstream_timeout");
    const error = Object.assign(new Error("late"), { code: "upstream_timeout", status: 504, moreInfo });
    expect(toKeybrakeError(error)).toMatchObject({ code: "upstream_timeout", retryable: false });
  });

  it("ends where an error is its own cause", () => {
    const error = new Error("a bug");
    error.cause = error;
    expect(toKeybrakeError(error)).toBeUndefined();
  });

  it.each([
    new Error("a bug", { cause: new Error("another") }),
    { code: "rate_limited", doc_url: "https://stripe.com/docs/error-codes#rate_limited" },
    new Error("a bug"),
    { type: "StripeCardError", code: "card_declined" },
    "cap_exhausted",
    undefined,
  ])("leaves %s alone", (error) => {
    expect(toKeybrakeError(error)).toBeUndefined();
  });
});
