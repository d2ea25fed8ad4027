import { isToolRefusal, type ToolRefusal } from "./tool-refusal.ts";

/** The part of the AI SDK's steps that tells of refusals. */
export type Steps = readonly { readonly toolResults: readonly { readonly output: unknown }[] }[];

/**
 * The last refusal that a run's tools met, or `undefined` where Keybrake refused nothing.
 *
 * @param steps `result.steps` of `generateText`, `await result.steps` of `streamText`
 * @example
 * getRefusal(result.steps)?.message; // "Refused: spend_cap_exceeded. …"
 */
export function getRefusal(steps: Steps): ToolRefusal | undefined {
  return steps
    .flatMap(({ toolResults }) => toolResults)
    .map(({ output }) => output)
    .findLast(isToolRefusal);
}
