import { describe, expect, it } from "vitest";
import {
  CapExhaustedError,
  isToolRefusal,
  KeybrakeError,
  RateLimitedError,
  TimeoutError,
  toToolRefusal,
  VaultKeyUnavailableError,
} from "./index.ts";

describe("toToolRefusal", () => {
  it.each([
    ["our error", new CapExhaustedError({ code: "cap_exhausted", message: "key key_1: 498.50 of 500.00" })],
    [
      "the error of a vendor's SDK",
      Object.assign(new Error("498.50"), { code: "cap_exhausted", status: 429 }),
    ],
  ])("tells the model of a spent cap without a number: %s", (_name, error) => {
    expect(toToolRefusal(error)).toEqual({
      refusedBy: "keybrake",
      error: "spend_cap_exceeded",
      retryable: false,
      message:
        "Refused: spend_cap_exceeded. The same call will be refused again: do not repeat it, and say that it was refused.",
    });
  });

  it.each([
    ["endpoint_not_allowed", "endpoint_not_allowed"],
    ["key_expired", "key_expired"],
    ["key_revoked", "key_revoked"],
    ["call_limit_reached", "call_limit_reached"],
    ["unreadable_amount", "vault_call_failed"],
  ])("names %s as %s", (code, error) => {
    expect(toToolRefusal(new KeybrakeError({ code, message: "no" }))).toMatchObject({
      error,
      retryable: false,
    });
  });

  it("says where a later call may succeed", () => {
    const error = new RateLimitedError({ code: "rate_limited", message: "slow", retryAfterSeconds: 7 });
    expect(toToolRefusal(error)).toEqual({
      refusedBy: "keybrake",
      error: "rate_limited",
      retryable: true,
      message: "Refused: rate_limited. The same call may succeed later.",
    });
  });

  it.each([
    new Error("a bug"),
    { type: "StripeCardError", code: "card_declined" },
    new VaultKeyUnavailableError({ message: "down" }),
    // The vendor may have done the work: nothing here may invite to repeat it.
    new TimeoutError({ code: "upstream_timeout", message: "no answer" }),
    new KeybrakeError({ code: "upstream_unreachable", message: "reset" }),
    undefined,
  ])("throws %s as it is", (error) => {
    let thrown: unknown = "nothing";
    try {
      toToolRefusal(error);
    } catch (caught) {
      thrown = caught;
    }
    expect(thrown).toBe(error);
  });
});

describe("isToolRefusal", () => {
  it("knows one that was stored and read again", () => {
    const refusal = toToolRefusal(new KeybrakeError({ code: "key_expired", message: "over" }));
    expect(isToolRefusal(JSON.parse(JSON.stringify(refusal)))).toBe(true);
  });

  it.each([null, undefined, "keybrake", { error: "spend_cap_exceeded" }, { refusedBy: "someone" }])(
    "does not take %s for one",
    (output) => {
      expect(isToolRefusal(output)).toBe(false);
    },
  );
});
