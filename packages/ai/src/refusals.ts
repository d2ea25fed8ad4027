import { isToolRefusal, type ToolRefusal } from "@keybrake/core";

/** The part of the AI SDK's steps that tells of refusals. */
export type Steps = readonly { readonly toolResults: readonly { readonly output: unknown }[] }[];

const SPENT = new Set(["spend_cap_exceeded", "call_limit_reached"]);

/**
 * What Keybrake refused the tools of a run, in order; empty where it refused nothing.
 *
 * @param steps `result.steps` of `generateText`, `await result.steps` of `streamText`
 * @example
 * getRefusals(result.steps).at(-1)?.message; // "Refused: spend_cap_exceeded. …"
 */
export function getRefusals(steps: Steps): ToolRefusal[] {
  return steps.flatMap(({ toolResults }) => toolResults.map(({ output }) => output)).filter(isToolRefusal);
}

/**
 * A stop condition that ends the run after a step in which a call met a spend cap or the limit of calls.
 * {@link getRefusals} tells the reason afterwards.
 *
 * @example
 * generateText({ model, tools, prompt, stopWhen: [stopOnCap(), isStepCount(20)] });
 */
export function stopOnCap(): (run: { steps: Steps }) => boolean {
  return ({ steps }) => getRefusals(steps.slice(-1)).some(({ error }) => SPENT.has(error));
}
