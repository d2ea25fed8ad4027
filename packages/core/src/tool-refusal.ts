import { toCallerAnswer } from "./errors.ts";
import { toKeybrakeError } from "./to-keybrake-error.ts";

/** A refusal as the result of an agent's tool: short, for a model to read, and without a word of keys or amounts. */
export interface ToolRefusal {
  /** What tells a refusal from the tool's own results. */
  refusedBy: "keybrake";
  /** `spend_cap_exceeded`, `call_limit_reached`, `endpoint_not_allowed`, `key_expired`, …: as in `toResponse()`. */
  error: string;
  /** Whether the same call may succeed later without anybody changing anything. */
  retryable: boolean;
  /** What happened and what to do, for the model and for people. */
  message: string;
}

/**
 * The tool result in place of an error that is a refusal, also where a vendor's SDK raised it, so that the model
 * stops instead of trying again.
 *
 * @throws the error itself where Keybrake decided nothing: a bug, the vendor's own error, a time-out, no key to be had
 * @example
 * try {
 *   return await charge(input, key);
 * } catch (error) {
 *   return toToolRefusal(error);
 * }
 */
export function toToolRefusal(error: unknown): ToolRefusal {
  const refusal = toKeybrakeError(error);
  if (!refusal || refusal.status >= 500) throw error;
  const { retryable } = refusal;
  const { error: name } = toCallerAnswer(refusal.code);
  const advice = retryable
    ? "The same call may succeed later."
    : "The same call will be refused again: do not repeat it, and say that it was refused.";
  return { refusedBy: "keybrake", error: name, retryable, message: `Refused: ${name}. ${advice}` };
}

/** Whether a tool's result is a {@link ToolRefusal}. */
export function isToolRefusal(output: unknown): output is ToolRefusal {
  return (output as Partial<ToolRefusal> | null | undefined)?.refusedBy === "keybrake";
}
