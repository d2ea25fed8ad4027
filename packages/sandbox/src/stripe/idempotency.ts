import { answerOnce, type IdempotencyRules, type KeyedCalls } from "../answer-once.ts";
import type { Answer, VendorRequest } from "../vendor.ts";
import { invalidRequest, StripeError } from "./errors.ts";

const maxKeyLength = 255;

interface StripeKeyedCall {
  readonly path: string;
  readonly params: string;
  readonly requestId: string;
}

export type IdempotencyKeys = KeyedCalls<StripeKeyedCall>;

export interface KeyedRequest {
  readonly key: string;
  readonly request: VendorRequest;
  readonly requestId: string;
  readonly nowMs: number;
}

/** Runs the call, or returns the response that the same call got before. */
export async function answerUnderKey(
  keys: IdempotencyKeys,
  { key, request, requestId, nowMs }: KeyedRequest,
  run: () => Promise<Answer>,
): Promise<Answer> {
  if (key.length > maxKeyLength) {
    throw invalidRequest(`Idempotency keys may have at most ${maxKeyLength} characters.`);
  }
  const call = { path: request.path, params: `${request.query}&${request.body}`, requestId };
  return answerOnce(keys, { key, call, nowMs }, toRules(key), run);
}

function toRules(key: string): IdempotencyRules<StripeKeyedCall> {
  return {
    checkSame(earlier, call) {
      if (earlier.path !== call.path) throw otherEndpoint(key, call.path, earlier.path);
      if (!sameParams(earlier.params, call.params)) throw otherParams(key);
    },
    inUse: () => inUse(key),
    isReplayable,
    replay: ({ status, body }, { requestId }) => ({
      status,
      headers: { "Idempotent-Replayed": "true", "Original-Request": requestId },
      body,
    }),
  };
}

// A fault's answer carries no verdict of its own; of Stripe's statuses these come after the work has begun.
function isReplayable({ replayable, status }: Answer): boolean {
  return replayable ?? (status === 402 || status >= 500);
}

function sameParams(one: string, other: string): boolean {
  return one === other || toSortedParams(one) === toSortedParams(other);
}

function toSortedParams(text: string): string {
  const params = new URLSearchParams(text);
  params.sort();
  return params.toString();
}

function otherEndpoint(key: string, path: string, earlierPath: string): StripeError {
  return idempotencyError(
    "Keys for idempotent requests can only be used for the same endpoint they were first used for " +
      `('${path}' vs '${earlierPath}'). Try using a key other than '${key}' if you meant to execute a different request.`,
  );
}

function otherParams(key: string): StripeError {
  return idempotencyError(
    "Keys for idempotent requests can only be used with the same parameters they were first used with. " +
      `Try using a key other than '${key}' if you meant to execute a different request.`,
  );
}

function inUse(key: string): StripeError {
  const message =
    "There is currently another in-progress request using this Idempotent Key (that probably means you " +
    `submitted twice, and the other request is still going through): ${key}. ` +
    "Please try again later if you meant to retry the request.";
  return new StripeError(409, { type: "idempotency_error", code: "idempotency_key_in_use", message }, false);
}

function idempotencyError(message: string): StripeError {
  return new StripeError(400, { type: "idempotency_error", message }, false);
}
