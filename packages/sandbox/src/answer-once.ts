import type { Answer } from "./vendor.ts";

const keyLifeMs = 24 * 60 * 60 * 1000;

interface KeyedCall<Call> {
  readonly call: Call;
  readonly startedAtMs: number;
  /** Absent while the call is in flight. */
  answer?: Answer;
}

/** Calls by idempotency key. Each is valid for 24 hours from its start. */
export type KeyedCalls<Call> = Map<string, KeyedCall<Call>>;

/** How a vendor treats a key that was used before. */
export interface IdempotencyRules<Call> {
  /** Throws the vendor's error if the key was used for a different call. */
  checkSame(earlier: Call, call: Call): void;
  /** Returns the vendor's error for a key whose first call is in flight. */
  inUse(): Error;
  /** Returns true if the key keeps this response. */
  isReplayable(answer: Answer): boolean;
  replay(answer: Answer, earlier: Call): Answer;
}

/** Runs the call, or returns the response that the same call got before. */
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
