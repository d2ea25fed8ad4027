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

  it.each([
    { code: "rate_limited", doc_url: "https://stripe.com/docs/error-codes#rate_limited" },
    new Error("a bug"),
    { type: "StripeCardError", code: "card_declined" },
    "cap_exhausted",
    undefined,
  ])("leaves %s alone", (error) => {
    expect(toKeybrakeError(error)).toBeUndefined();
  });
});
