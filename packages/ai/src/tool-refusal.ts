import { toKeybrakeError } from "@keybrake/core";

/** What the model reads as a tool's result where Keybrake refused the call: short, and no word of keys or amounts. */
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

/** Whether a tool's result is a {@link ToolRefusal}. */
export function isToolRefusal(output: unknown): output is ToolRefusal {
  return (output as Partial<ToolRefusal> | null | undefined)?.refusedBy === "keybrake";
}

/** The result in place of an error that is a refusal. Undefined where Keybrake decided nothing: a bug, an outage. */
export async function toToolRefusal(error: unknown): Promise<ToolRefusal | undefined> {
  const refusal = toKeybrakeError(error);
  if (!refusal || refusal.status >= 500) return undefined;
  const { retryable } = refusal;
  const { error: code } = (await refusal.toResponse().json()) as { error: string };
  const advice = retryable
    ? "The same call may succeed later."
    : "Do not try again: the same call will be refused again. Say that it was refused.";
  return { refusedBy: "keybrake", error: code, retryable, message: `Refused: ${code}. ${advice}` };
}
