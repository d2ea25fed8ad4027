import { answerOnce, type IdempotencyRules, type KeyedCalls } from "../answer-once.ts";
import type { Answer } from "../vendor.ts";
import { refuse } from "./errors.ts";

const maxKeyLength = 256;

/** A call is the same if its path and its whole payload are. Only successes are kept, and nothing marks a replay. */
const rules: IdempotencyRules<string> = {
  checkSame(earlier, call) {
    if (earlier === call) return;
    throw refuse(
      409,
      "invalid_idempotent_request",
      "Same idempotency key used with a different request payload.",
    );
  },
  inUse: () =>
    refuse(
      409,
      "concurrent_idempotent_requests",
      "Same idempotency key used while original request is still in progress.",
    ),
  isReplayable: ({ status }) => status < 300,
  replay: (answer) => answer,
};

export async function answerUnderKey(
  calls: KeyedCalls<string>,
  keyed: { readonly key: string; readonly call: string; readonly nowMs: number },
  run: () => Promise<Answer>,
): Promise<Answer> {
  if (keyed.key.length < 1 || keyed.key.length > maxKeyLength) {
    throw refuse(400, "invalid_idempotency_key", "The key must be between 1-256 chars.");
  }
  return answerOnce(calls, keyed, rules, run);
}
