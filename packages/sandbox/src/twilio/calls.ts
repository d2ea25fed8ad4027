import { newSid, type TwilioCall, toRfc2822 } from "./account.ts";
import { createBill, readPrice } from "./billing.ts";
import { notFound, refuse } from "./errors.ts";
import type { Call } from "./objects.ts";
import { listByUri } from "./page.ts";
import { checkDestination, readCount, readField } from "./params.ts";
import { priceOf } from "./price-book.ts";

/** Where no `TimeLimit` is given: four hours. */
const maxSeconds = 14_400;

/**
 * The other side talks for as long as it may: a call lasts for the sandbox's `callSeconds` unless its
 * `TimeLimit` ends it, and is paid for in minutes begun. The ledger has its full cost from the start.
 */
export function createCall(call: TwilioCall): object {
  const { account, form, nowMs, world } = call;
  const to = readField(form, "To");
  if (to === undefined) throw refuse(400, 21201, "No 'To' number is specified");
  const { number } = checkDestination(to);
  const from = readField(form, "From");
  if (from === undefined) throw refuse(400, 21213, "'From' phone number is required");
  if (!["Url", "Twiml", "ApplicationSid"].some((name) => readField(form, name) !== undefined)) {
    throw refuse(400, 21205, "Url parameter is required.");
  }
  const limit = readCount(form, "TimeLimit", { fallback: maxSeconds, most: maxSeconds });

  const seconds = Math.min(limit, world.callSeconds);
  const created: Call = { sid: newSid("CA"), to, from, seconds, createdAtMs: nowMs };
  const microUsd = Math.ceil(seconds / 60) * priceOf(world.prices.callMinute, number.slice(1));
  account.calls.set(created.sid, created);
  world.bills.set(created.sid, createBill(microUsd, nowMs));
  call.record({
    objectId: created.sid,
    kind: "call.created",
    amountMicroUsd: microUsd,
    metadata: { account_sid: account.sid, to, seconds: String(seconds) },
  });
  return { ...toResource(call, created), duration: null, end_time: null, price: null, status: "queued" };
}

/** Counts as one look at the price. */
export function fetchCall(call: TwilioCall): object {
  const found = call.account.calls.get(call.names.sid ?? "");
  if (!found) throw notFound(call.path);
  const bill = call.world.bills.get(found.sid);
  const resource = toResource(call, found);
  if (bill) bill.fetches += 1;
  return resource;
}

export function listCalls(call: TwilioCall): object {
  return listByUri(call, "calls", call.account.calls, (found) => toResource(call, found));
}

function toResource({ account, nowMs, world }: TwilioCall, call: Call): object {
  const bill = world.bills.get(call.sid);
  const shown = bill && readPrice(bill, world.timing, nowMs);
  const date = toRfc2822(call.createdAtMs);
  return {
    account_sid: account.sid,
    answered_by: null,
    api_version: "2010-04-01",
    date_created: date,
    date_updated: date,
    direction: "outbound-api",
    duration: String(call.seconds),
    end_time: toRfc2822(call.createdAtMs + call.seconds * 1000),
    from: call.from,
    from_formatted: call.from,
    parent_call_sid: null,
    phone_number_sid: null,
    price: shown?.price ?? null,
    price_unit: shown?.price_unit ?? "USD",
    sid: call.sid,
    start_time: date,
    status: "completed",
    subresource_uris: {},
    to: call.to,
    to_formatted: call.to,
    uri: `/2010-04-01/Accounts/${account.sid}/Calls/${call.sid}.json`,
  };
}
