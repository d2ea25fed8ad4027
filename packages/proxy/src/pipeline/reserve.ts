import { type ErrorCode, formatUsd, type Refusal, type WireLimitDetails } from "@keybrake/core/protocol";
import { toTimestamp } from "../money/window.ts";
import { Refused } from "../refused.ts";
import { fingerprint } from "../secrets.ts";
import type { KeyRecord, LimitRefusal, Store } from "../stores/store.ts";
import { KEY_EXPIRED, KEY_REVOKED } from "./authenticate.ts";
import { type Call, qualifyObject } from "./call.ts";
import { getIdempotencyKey } from "./price.ts";

/** Step 5: sets the money aside, in one step over everything the key is bound by, or refuses. */
export async function reserve(call: Call, key: KeyRecord, store: Store): Promise<void> {
  const replayId = toReplayId(call, key);
  const answer = await store.reserve({
    attemptId: call.requestId,
    keyId: key.id,
    price: call.price,
    ...(call.price.kind === "amount" && call.price.objectId !== undefined
      ? { objectId: qualifyObject(call, call.price.objectId) }
      : {}),
    ...(replayId === undefined ? {} : { replayId }),
  });
  call.remainingMicroUsd = answer.remainingMicroUsd;
  if (!answer.admitted) throw new Refused(toRefusal(answer.refusal, call));
  call.reservedMicroUsd = answer.reservedMicroUsd;
  call.wouldRefuse ??= answer.wouldRefuse;
}

/** The same for every try of one call: agent, SDK and queue retries share one reservation. */
function toReplayId({ price, target, request, vendor, body }: Call, key: KeyRecord): string | undefined {
  const idempotencyKey = getIdempotencyKey({ vendor, target, request });
  if (idempotencyKey === undefined || price.kind === "free" || !Buffer.isBuffer(body.content))
    return undefined;
  const accounts = (vendor.accountHeaders ?? []).map((name) => String(request.headers[name] ?? ""));
  return fingerprint(key.id, target.method, target.url, idempotencyKey, ...accounts, body.content);
}

const MESSAGES: Record<LimitRefusal["code"], (refusal: LimitRefusal, call: Call) => string> = {
  key_revoked: () => KEY_REVOKED,
  key_expired: () => KEY_EXPIRED,
  budget_frozen: ({ limit }) =>
    `The budget ${limit?.slice("budget:".length)} is frozen. Ask who runs it to unfreeze it.`,
  call_limit_reached: () => "This vault key has made as many calls as its max_calls allows. Issue a new one.",
  rate_limited: ({ retryAfterSeconds }) =>
    `This vault key makes more calls a minute than it may. Try again in ${retryAfterSeconds} s.`,
  unpriced_endpoint: (_refusal, { target }) =>
    `Nobody can tell what ${target.method} ${target.path} may cost, and a cap applies. Set max_usd_per_call, or have the operator price the endpoint.`,
  currency_unpriced: () => "The operator has set no rate for this currency, and a cap applies.",
  cap_exhausted: ({ limit, requestedMicroUsd = 0, capMicroUsd = 0, resetsAt }) =>
    `The call needs ${formatUsd(requestedMicroUsd)} USD and does not fit the cap ${limit} of ${formatUsd(capMicroUsd)} USD. ` +
    (resetsAt === undefined
      ? "Don't retry: raise the cap or stop."
      : `Don't retry before ${toTimestamp(resetsAt)}.`),
};

function toRefusal(refusal: LimitRefusal, call: Call): Refusal {
  const code: ErrorCode = refusal.code;
  const { retryAfterSeconds } = refusal;
  return {
    code,
    message: MESSAGES[code as LimitRefusal["code"]](refusal, call),
    ...(refusal.limit === undefined ? {} : { details: toDetails(refusal.limit, refusal) }),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  };
}

function toDetails(limit: string, refusal: LimitRefusal): WireLimitDetails {
  const { capMicroUsd, spentMicroUsd, heldMicroUsd, requestedMicroUsd, resetsAt } = refusal;
  return {
    limit,
    ...(capMicroUsd === undefined ? {} : { cap_usd: formatUsd(capMicroUsd) }),
    ...(spentMicroUsd === undefined ? {} : { spent_usd: formatUsd(spentMicroUsd) }),
    ...(heldMicroUsd === undefined ? {} : { held_usd: formatUsd(heldMicroUsd) }),
    ...(requestedMicroUsd === undefined ? {} : { requested_usd: formatUsd(requestedMicroUsd) }),
    ...(resetsAt === undefined ? {} : { resets_at: toTimestamp(resetsAt) }),
  };
}
