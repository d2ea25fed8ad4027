import { type Account, newSid, type TwilioCall, toIsoSeconds } from "./account.ts";
import { notFound, refuse } from "./errors.ts";
import type { Service } from "./objects.ts";
import { listByUrl } from "./page.ts";
import { readField } from "./params.ts";

export function createService(call: TwilioCall): object {
  const friendlyName = readField(call.form, "FriendlyName");
  if (friendlyName === undefined) throw refuse(400, 21700, "FriendlyName is required");
  const service: Service = { sid: newSid("MG"), friendlyName, createdAtMs: call.nowMs };
  call.account.services.set(service.sid, service);
  return toResource(call.account, service);
}

export function fetchService(call: TwilioCall): object {
  const service = call.account.services.get(call.names.sid ?? "");
  if (!service) throw notFound(call.path);
  return toResource(call.account, service);
}

export function listServices(call: TwilioCall): object {
  const where = { name: "services", host: "messaging.twilio.com" };
  return listByUrl(call, where, call.account.services, (service) => toResource(call.account, service));
}

function toResource(account: Account, service: Service): object {
  const url = `https://messaging.twilio.com/v1/Services/${service.sid}`;
  const date = toIsoSeconds(service.createdAtMs);
  return {
    account_sid: account.sid,
    date_created: date,
    date_updated: date,
    friendly_name: service.friendlyName,
    links: { phone_numbers: `${url}/PhoneNumbers` },
    sid: service.sid,
    smart_encoding: false,
    url,
  };
}
