import type { Policy } from "@keybrake/core";
import { startVendorBench, type VendorBench } from "./vendor-bench.ts";

export const ACCOUNT = `AC${"1".repeat(32)}`;
export const OTHER_ACCOUNT = `AC${"2".repeat(32)}`;
export const CREDENTIAL = `${ACCOUNT}:auth_token_canary`;
export const MESSAGES = `/2010-04-01/Accounts/${ACCOUNT}/Messages.json`;
export const CALLS = `/2010-04-01/Accounts/${ACCOUNT}/Calls.json`;

export const PRICES = {
  sms: { "+1": 0.0145 },
  mms: { "+1": 0.035 },
  call_minute: { "+1": 0.014 },
  verify: { verification: 0.05 },
  lookup: { line_type_intelligence: 0.008 },
  number: { "+1": 1.15 },
};

/** A Twilio that does as a test says, with one account and the prices above. */
export function startTwilioBench(
  policy: Partial<Policy> = {},
  vendorConfig: Partial<Parameters<typeof startVendorBench>[1]> = {},
  config: Parameters<typeof startVendorBench>[3] = {},
): Promise<VendorBench> {
  return startVendorBench(
    "twilio",
    { credential: CREDENTIAL, prices: PRICES, ...vendorConfig },
    policy,
    config,
  );
}

/** A form; a list is a field that is given several times. */
export type Form = Record<string, string | string[]>;

/** To a number in the USA, from one there. */
export function toForm(fields: Form): { body: string; headers: Record<string, string> } {
  const pairs = Object.entries({ To: "+14155550100", From: "+14155550199", ...fields }).flatMap(
    ([name, value]) => [value].flat().map((one): [string, string] => [name, one]),
  );
  return {
    body: new URLSearchParams(pairs).toString(),
    headers: { "content-type": "application/x-www-form-urlencoded" },
  };
}

/** What Twilio answers to a message, and later shows of it. */
export function toMessage(fields: Record<string, unknown> = {}): Record<string, unknown> {
  return { sid: `SM${"3".repeat(32)}`, num_segments: "1", price: null, price_unit: "USD", ...fields };
}
