import { endsRun, findCaughtRefusal, isToolRefusal, type ToolRefusal } from "@keybrake/core";

/** The part of the AI SDK's steps that tells of refusals. */
export type Steps = readonly {
  readonly toolCalls: readonly { readonly input: unknown }[];
  readonly toolResults: readonly { readonly output: unknown }[];
}[];

/**
 * What Keybrake refused the tools of a run, step by step; empty when it refused nothing. Knows of an exhausted cap also
 * when the tool caught the error, unless the steps were stored and loaded meanwhile.
 *
 * @param steps `result.steps` of `generateText`, `await result.steps` of `streamText`
 * @example
 * getRefusals(result.steps).at(-1)?.message; // "Refused: spend_cap_exceeded. …"
 */
export function getRefusals(steps: Steps): ToolRefusal[] {
  return steps.flatMap(({ toolCalls, toolResults }) => {
    const told = toolResults.map(({ output }) => output).filter(isToolRefusal);
    if (told.some(endsRun)) return told;
    // One of a step: calls that ran at once share the key, which can't tell whose refusal it was.
    const caught = toolCalls.map(({ input }) => findCaughtRefusal(input)).find((refusal) => refusal);
    return caught ? [...told, caught] : told;
  });
}

/**
 * A stop condition that ends the run after a step in which a call met a spend cap, whatever the tool made of it, or in
 * which a tool's result is a refusal for the limit of calls.
 * {@link getRefusals} tells the reason afterwards.
 *
 * @example
 * generateText({ model, tools, prompt, stopWhen: [stopOnCap(), isStepCount(20)] });
 */
export function stopOnCap(): (run: { steps: Steps }) => boolean {
  return ({ steps }) => getRefusals(steps.slice(-1)).some(endsRun);
}
