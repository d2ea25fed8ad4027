import { describe, expect, it } from "vitest";
import { CallLimitError, CapExhaustedError, isCapExhausted, KeybrakeError } from "./index.ts";
import { toErrorAnswer } from "./protocol.ts";

const { body } = toErrorAnswer({ code: "cap_exhausted", message: "spent" }, "req_1");

const { headers } = toErrorAnswer({ code: "cap_exhausted", message: "spent" }, "req_1");
const response = Response.json(body, { status: 429, headers });

const circular: { error?: unknown } = {};
circular.error = { error: circular };

describe("isCapExhausted", () => {
  it.each([
    ["our own error", new CapExhaustedError({ code: "cap_exhausted", message: "spent" })],
    [
      "our own error as a cause",
      new Error("order failed", {
        cause: new CapExhaustedError({ code: "cap_exhausted", message: "spent" }),
      }),
    ],
    [
      "an error of axios",
      Object.assign(new Error("429"), {
        response: { status: 429, headers: { "x-keybrake-code": "cap_exhausted" } },
      }),
    ],
    ["our error from another copy", new KeybrakeError({ code: "cap_exhausted", message: "spent" })],
    ["the body that plain callers read", body],
    ["Twilio's RestException", Object.assign(new Error("spent"), { status: 429, code: "cap_exhausted" })],
    ["the result of the Resend SDK", { data: null, error: body }],
    ["the result of Shopify's GraphQL client", { errors: { networkStatusCode: 429, response } }],
    ["the errors in it", { networkStatusCode: 429, response }],
    ["a response, as Shopify's REST client returns it", response],
  ])("knows %s", (_name, error) => {
    expect(isCapExhausted(error)).toBe(true);
  });

  it.each([
    ["another limit", new CallLimitError({ code: "call_limit_reached", message: "enough" })],
    ["the vendor's own 429", { status: 429, code: "rate_limit" }],
    [
      "a declined card",
      { type: "StripeCardError", code: "card_declined", error: { code: "insufficient_funds" } },
    ],
    ["a vendor's response", Response.json({ code: "cap_exhausted" }, { status: 429 })],
    ["errors of a vendor", { errors: [{ code: "cap_exhausted" }] }],
    ["a text", "cap_exhausted"],
    ["null", null],
    ["undefined", undefined],
    ["an object that contains itself", circular],
  ])("does not take %s for it", (_name, error) => {
    expect(isCapExhausted(error)).toBe(false);
  });
});
