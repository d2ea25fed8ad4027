import type { Refusal } from "@keybrake/core/protocol";
import type { KeyRecord, Ledger, MaybePromise, ReserveAnswer } from "@keybrake/ledger";
import { type RefusedCall, toRefusal } from "../refusals/limit-refusal.ts";
import { Refused } from "../refusals/refused.ts";
import { fingerprint } from "../secrets.ts";
import { toDraft } from "./audit.ts";
import { authenticate } from "./authenticate.ts";
import { authorize } from "./authorize.ts";
import { type Call, qualifyCounted, toBoundId } from "./call.ts";
import { isTransparent } from "./transparent.ts";

/** Step 5: sets the money aside, in one step over everything the key is bound by, or refuses. */
export function reserve(
  call: Call,
  key: KeyRecord,
  context: { store: Ledger; giveUpAfterMs: number },
): MaybePromise<void> {
  const replayId = toReplayId(call, key);
  const { store, giveUpAfterMs } = context;
  const answer = store.reserve({
    attemptId: call.requestId,
    keyId: key.id,
    readChanges: key.changes,
    price: call.price,
    ...(call.price.kind === "amount" ? qualifyCounted(call, call.price) : {}),
    ...(call.endpointBounds === undefined ? {} : { endpointBounds: call.endpointBounds }),
    ...(call.price.kind === "unpriced" ? { boundId: toBoundId(call) } : {}),
    ...(replayId === undefined ? {} : { replayId }),
    giveUpAfterMs,
    abandoned: toDraft(call, ABANDONED),
  });
  const accept = (reserved: ReserveAnswer): MaybePromise<void> => {
    call.remainingMicroUsd = reserved.remainingMicroUsd;
    if (reserved.admitted) return take(call, reserved);
    const { refusal } = reserved;
    if (refusal.code === "key_changed") return reserveAnew(call, key, context);
    throw new Refused(toRefusal(refusal, toRefusedCall(call)));
  };
  return answer instanceof Promise ? answer.then(accept) : accept(answer);
}

/**
 * The key was changed since it was read: what it allows is judged by what it is now. Its price stays, as no change touches
 * that but the first limit of a key that had none.
 */
async function reserveAnew(
  call: Call,
  before: KeyRecord,
  context: { store: Ledger; giveUpAfterMs: number },
): Promise<void> {
  const key = await authenticate(call, context.store);
  authorize(call, key);
  if (isTransparent(before) && !isTransparent(key)) throw new Refused(LIMITED_MEANWHILE);
  await reserve(call, key, context);
}

const LIMITED_MEANWHILE: Refusal = {
  code: "unreadable_amount",
  message:
    "The vault key got its first limit while Keybrake was reading the call, so the call's cost wasn't read. Nothing was forwarded. Retry the call.",
};

function take(call: Call, answer: ReserveAnswer & { admitted: true }): void {
  call.reservedMicroUsd = answer.reservedMicroUsd;
  call.wouldRefuse ??= answer.wouldRefuse;
}

function toRefusedCall({ target, price, missing, vendor, key, endpointBounds }: Call): RefusedCall {
  return {
    ...(endpointBounds === undefined ? {} : { endpointBounds }),
    ...(missing === undefined ? {} : { missing: `${vendor.name} has no ${missing} in ${key?.mode} mode` }),
    endpoint: `${target.method} ${target.path}`,
    renews: price.kind === "unpriced" && price.renews === true,
    hint: price.kind === "unpriced" ? price.hint : undefined,
    ...(price.kind === "currency_unpriced" ? { currency: price.currency } : {}),
  };
}

/** How a call ended whose process died over it: the caller got no answer. */
const ABANDONED = {
  status: 500,
  code: "internal_error",
  decision: "allowed",
  vendorRequestId: null,
} as const;

const NO_BODY = Buffer.alloc(0);

/** The same for every try of one call: agent, SDK and queue retries share one reservation. */
function toReplayId(
  { price, target, idempotencyKey, account, body }: Call,
  key: KeyRecord,
): string | undefined {
  const content = body.content ?? NO_BODY;
  if (idempotencyKey === undefined || price.kind === "free" || !Buffer.isBuffer(content)) return undefined;
  return fingerprint(key.id, target.method, target.url, target.host ?? "", idempotencyKey, account, content);
}
