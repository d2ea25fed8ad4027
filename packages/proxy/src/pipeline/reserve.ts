import type { KeyRecord, Ledger, MaybePromise, ReserveAnswer } from "@keybrake/ledger";
import { type RefusedCall, toRefusal } from "../refusals/limit-refusal.ts";
import { Refused } from "../refusals/refused.ts";
import { fingerprint } from "../secrets.ts";
import { toDraft } from "./audit.ts";
import { type Call, qualifyCounted } from "./call.ts";

/** Step 5: sets the money aside, in one step over everything the key is bound by, or refuses. */
export function reserve(
  call: Call,
  key: KeyRecord,
  { store, giveUpAfterMs }: { store: Ledger; giveUpAfterMs: number },
): MaybePromise<void> {
  const replayId = toReplayId(call, key);
  const answer = store.reserve({
    attemptId: call.requestId,
    keyId: key.id,
    price: call.price,
    ...(call.price.kind === "amount" ? qualifyCounted(call, call.price) : {}),
    ...(replayId === undefined ? {} : { replayId }),
    giveUpAfterMs,
    abandoned: toDraft(call, ABANDONED),
  });
  return answer instanceof Promise ? answer.then((reserved) => take(call, reserved)) : take(call, answer);
}

function take(call: Call, answer: ReserveAnswer): void {
  call.remainingMicroUsd = answer.remainingMicroUsd;
  if (!answer.admitted) throw new Refused(toRefusal(answer.refusal, toRefusedCall(call)));
  call.reservedMicroUsd = answer.reservedMicroUsd;
  call.wouldRefuse ??= answer.wouldRefuse;
}

function toRefusedCall({ target, price, missing, vendor, key }: Call): RefusedCall {
  return {
    ...(missing === undefined ? {} : { missing: `${vendor.name} has no ${missing} in ${key?.mode} mode` }),
    endpoint: `${target.method} ${target.path}`,
    renews: price.kind === "unpriced" && price.renews === true,
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
