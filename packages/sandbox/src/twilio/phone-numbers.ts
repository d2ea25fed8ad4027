import { type Account, newSid, type TwilioCall, toRfc2822 } from "./account.ts";
import { refuse } from "./errors.ts";
import type { PhoneNumber } from "./objects.ts";
import { listByUri } from "./page.ts";
import { isPhoneNumber, readField } from "./params.ts";

/** Buys a number by the month. The answer does not say for how much; the ledger has the first month. */
export function buyPhoneNumber(call: TwilioCall): object {
  const { account, form, nowMs, world } = call;
  const areaCode = readField(form, "AreaCode");
  const number =
    readField(form, "PhoneNumber") ??
    (areaCode === undefined
      ? undefined
      : `+1${areaCode}555${String(account.phoneNumbers.size).padStart(4, "0")}`);
  if (number === undefined) throw refuse(400, 21402, "Invalid area code, or missing phone number.");
  if (!isPhoneNumber(number)) throw refuse(400, 21421, `PhoneNumber is invalid: ${number}`);
  if ([...account.phoneNumbers.values()].some((owned) => owned.number === number)) {
    throw refuse(400, 21422, `PhoneNumber is not available: ${number}`);
  }
  const bought: PhoneNumber = { sid: newSid("PN"), number, createdAtMs: nowMs };
  account.phoneNumbers.set(bought.sid, bought);
  call.record({
    objectId: bought.sid,
    kind: "phone_number.bought",
    amountMicroUsd: world.prices.phoneNumber,
    metadata: { account_sid: account.sid, number },
  });
  return toResource(account, bought);
}

export function listPhoneNumbers(call: TwilioCall): object {
  return listByUri(call, "incoming_phone_numbers", call.account.phoneNumbers, (number) =>
    toResource(call.account, number),
  );
}

function toResource(account: Account, { sid, number, createdAtMs }: PhoneNumber): object {
  const date = toRfc2822(createdAtMs);
  return {
    account_sid: account.sid,
    api_version: "2010-04-01",
    beta: false,
    capabilities: { fax: false, mms: true, sms: true, voice: true },
    date_created: date,
    date_updated: date,
    friendly_name: number,
    origin: "twilio",
    phone_number: number,
    sid,
    status: "in-use",
    uri: `/2010-04-01/Accounts/${account.sid}/IncomingPhoneNumbers/${sid}.json`,
  };
}
