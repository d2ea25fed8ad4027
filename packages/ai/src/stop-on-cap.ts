import type { Steps } from "./get-refusal.ts";
import { isToolRefusal } from "./tool-refusal.ts";

const SPENT = new Set(["spend_cap_exceeded", "call_limit_reached"]);

/**
 * A stop condition that ends the run after the step in which a call met a spend cap or the limit of calls.
 * {@link getRefusal} tells the reason afterwards.
 *
 * @example
 * generateText({ model, tools, prompt, stopWhen: [stopOnCap(), isStepCount(20)] });
 */
export function stopOnCap(): (run: { steps: Steps }) => boolean {
  return ({ steps }) =>
    steps.at(-1)?.toolResults.some(({ output }) => isToolRefusal(output) && SPENT.has(output.error)) ?? false;
}
