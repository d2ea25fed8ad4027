import type { Answer } from "./vendor.ts";

const keyLifeMs = 24 * 60 * 60 * 1000;

interface KeyedCall<Call> {
  readonly call: Call;
  readonly startedAtMs: number;
  /** Missing while the call is under way. */
  answer?: Answer;
}

/** The calls under their idempotency keys. Each lives 24 hours from its start. */
export type KeyedCalls<Call> = Map<string, KeyedCall<Call>>;

/** How a vendor treats a key that was used before. */
export interface IdempotencyRules<Call> {
  /** Throws the vendor's refusal if the call under this key was another one. */
  checkSame(earlier: Call, call: Call): void;
  /** The vendor's refusal while the first call is under way. */
  inUse(): Error;
  /** Whether the key keeps this answer. */
  isReplayable(answer: Answer): boolean;
  replay(answer: Answer, earlier: Call): Answer;
}

/** Runs the call, or hands back what the same call got before. */
export async function answerOnce<Call>(
  calls: KeyedCalls<Call>,
  { key, call, nowMs }: { readonly key: string; readonly call: Call; readonly nowMs: number },
  rules: IdempotencyRules<Call>,
  run: () => Promise<Answer>,
): Promise<Answer> {
  const earlier = calls.get(key);
  if (earlier && !isExpired(earlier, nowMs)) {
    rules.checkSame(earlier.call, call);
    if (!earlier.answer) throw rules.inUse();
    return rules.replay(earlier.answer, earlier.call);
  }
  const keyed: KeyedCall<Call> = { call, startedAtMs: nowMs };
  calls.set(key, keyed);
  try {
    const answer = await run();
    if (rules.isReplayable(answer)) keyed.answer = answer;
    return answer;
  } finally {
    if (!keyed.answer && calls.get(key) === keyed) calls.delete(key);
  }
}

function isExpired(keyed: KeyedCall<unknown>, nowMs: number): boolean {
  return keyed.answer !== undefined && nowMs - keyed.startedAtMs >= keyLifeMs;
}
