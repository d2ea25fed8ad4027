import type { Ledger } from "@keybrake/ledger";
import { fitCall } from "@keybrake/ledger";
import { toRefusal } from "../refusals/limit-refusal.ts";
import { Refused } from "../refusals/refused.ts";
import { type Call, refuseForPolicy } from "./call.ts";
import type { LookUp } from "./look-up.ts";
import { mayRepeat } from "./price.ts";

const WINDOW_MS = 1_000;
const MOST_IN_WINDOW = 10;

/** From so many keys on, those that have made no lookup in the last second are forgotten. */
const SWEEP_ABOVE_KEYS = 1_000;

/**
 * Lets no agent send the vendor more lookups than 10 per second, per vault key and replica, and none for a key that
 * has nothing left. A lookup costs no money, so without this nothing would stop an agent whose calls are all refused.
 */
export function guardLookUps(
  lookUp: LookUp,
  { store, clock }: { store: Ledger; clock: () => number },
): LookUp {
  const recent = new Map<string, number[]>();

  function count(call: Call, keyId: string): void {
    const now = clock();
    const since = (times: number[]): number[] => times.filter((at) => at > now - WINDOW_MS);
    const times = since(recent.get(keyId) ?? []);
    if (times.length >= MOST_IN_WINDOW) refuseForPolicy(call, TOO_MANY);
    else times.push(now);
    recent.set(keyId, times);
    if (recent.size <= SWEEP_ABOVE_KEYS) return;
    for (const [id, all] of recent) if (since(all).length === 0) recent.delete(id);
  }

  return async (call, path, body) => {
    if (call.key) {
      await refuseWithoutRoom(call, store, clock());
      count(call, call.key.id);
    }
    return lookUp(call, path, body);
  };
}

const TOO_MANY = {
  code: "rate_limited",
  message:
    "Keybrake looks up what the call can cost, at most 10 times per second and vault key. Nothing was forwarded. Retry in 1 s.",
  details: { limit: "key:look_ups" },
  retryAfterSeconds: 1,
} as const;

async function refuseWithoutRoom(call: Call, store: Ledger, now: number): Promise<void> {
  const { key, route } = call;
  // What goes on with an object that was counted before can cost nothing more, and neither can a second attempt.
  if (!key || route.continues || mayRepeat(call)) return;
  const state = await store.getKey(key.tenant, key.id);
  const refusal = state && fitCall(state, { kind: "amount", microUsd: 1 }, now, false).refusal;
  if (refusal?.code !== "cap_exhausted" || key.policy.shadow) return;
  call.remainingMicroUsd = 0;
  const { requestedMicroUsd: _, ...withoutCost } = refusal;
  throw new Refused(toRefusal(withoutCost));
}
