import { newSid, type TwilioCall } from "./account.ts";
import { notFound } from "./errors.ts";
import { isPhoneNumber, readField } from "./params.ts";
import { priceOf } from "./price-book.ts";

const packages = [
  "caller_name",
  "sim_swap",
  "call_forwarding",
  "line_status",
  "line_type_intelligence",
  "identity_match",
  "reassigned_number",
  "sms_pumping_risk",
  "phone_number_quality_score",
  "pre_fill",
];

/** A GET that costs money: every data package in `Fields` is paid for, each time. Without them it is free. */
export function lookUpPhoneNumber(call: TwilioCall): object {
  const number = (call.names.number ?? "").replace(/^%2B/i, "+");
  if (!isPhoneNumber(number)) throw notFound(call.path);
  const wanted = new Set((readField(call.query, "Fields") ?? "").split(",").filter((name) => name !== ""));
  for (const name of wanted) {
    call.record({
      objectId: newSid("LK"),
      kind: `lookup.${name}`,
      amountMicroUsd: priceOf(call.world.prices.lookup, name),
      metadata: { account_sid: call.account.sid, number },
    });
  }
  return {
    calling_country_code: number.startsWith("+1") ? "1" : null,
    country_code: number.startsWith("+1") ? "US" : null,
    national_format: number,
    phone_number: number,
    url: `https://lookups.twilio.com/v2/PhoneNumbers/${number}`,
    valid: true,
    validation_errors: null,
    ...Object.fromEntries(packages.map((name) => [name, wanted.has(name) ? { error_code: null } : null])),
  };
}
