import { describe, expect, it } from "vitest";
import { isEndpointPattern } from "../protocol.ts";

describe("isEndpointPattern", () => {
  it.each([
    "/v1/charges",
    "/v1/charges/*",
    "/v1/*/capture",
    "/*",
    "POST /v1/payment_intents",
    "DELETE /v1/customers/*",
    "/2010-04-01/Accounts/*/Messages.json",
    "POST /v1/Account/*/Message/",
    "/v1/*/",
  ])("accepts %s", (pattern) => {
    expect(isEndpointPattern(pattern)).toBe(true);
  });

  it.each([
    "",
    "v1/charges",
    "post /v1/charges",
    "POST  /v1/charges",
    "POST/v1/charges",
    "/v1/pay*",
    "/v1/**",
    "/v1//charges",
    "/v1/charges//",
    "//",
    "/v1/./charges",
    "/v1/../charges",
    "/v1/charges?limit=1",
    "/v1/charges#x",
    "/v1/char ges",
    "/v1\\charges",
    "https://api.stripe.com/v1/charges",
    "/v1/charges\n",
  ])("refuses %j", (pattern) => {
    expect(isEndpointPattern(pattern)).toBe(false);
  });
});
