import { describe, expect, it } from "vitest";
import { CapExhaustedError, KeybrakeError, RateLimitedError, toKeybrakeError } from "./index.ts";

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
    new Error("a bug"),
    { type: "StripeCardError", code: "card_declined" },
    "cap_exhausted",
    undefined,
  ])("leaves %s alone", (error) => {
    expect(toKeybrakeError(error)).toBeUndefined();
  });
});
