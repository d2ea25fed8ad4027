import {
  createKeyScope,
  type HoldOptions,
  type KeyScopeOptions,
  type PolicyFor,
  type VaultKey,
} from "@keybrake/core";
import type { ToolSet } from "ai";
import { holdResult } from "./hold-result.ts";

type PlainTool = ToolSet[string];
type WaitingTool = (getKey: () => Promise<VaultKey>) => PlainTool;

/** The tools for one run: vault tools as tools of the AI SDK, all others as they are. */
export type RunTools<Tools> = {
  [Name in keyof Tools]: Tools[Name] extends (getKey: () => Promise<VaultKey>) => infer Made
    ? Made
    : Tools[Name];
};

/**
 * Runs an agent whose tools share one vault key, issued at the first tool call and revoked when the run is over: at
 * its end, its error, its abort, and when whoever reads its stream stops reading. A run that calls no tool issues no
 * key. Where no key can be had for a tool, its `execute` doesn't run.
 *
 * The run is what `use` returns: that of `generateText`, of `streamText`, of an agent's `generate` or `stream`, or a
 * `Response` or a `ReadableStream` made of one. Go on with the result of this function, since the streams in it are watched. A stream that
 * nobody reads for `unreadMs` loses its key.
 *
 * @param policy what to ask for, or how to tell it from the name of a tool, once for each tool. Tools whose policies
 * say the same share a key
 * @param tools made by {@link vaultTool}; tools of the AI SDK itself may be among them
 * @example
 * const result = await vaultTools(
 *   { label: "billing-agent/42", vendor: "stripe", dailyUsdCap: 500 },
 *   { charge },
 *   (tools) => generateText({ model, tools, prompt, stopWhen: [stopOnCap(), isStepCount(20)] }),
 * );
 */
export async function vaultTools<Tools extends Record<string, PlainTool | WaitingTool>, Result>(
  policy: PolicyFor<keyof Tools & string>,
  tools: Tools,
  use: (tools: RunTools<Tools>) => Result,
  options: KeyScopeOptions & HoldOptions = {},
): Promise<Awaited<Result>> {
  const scope = createKeyScope(policy, options);
  const runTools = Object.entries(tools).map(([name, tool]) => {
    return [name, typeof tool === "function" ? tool(() => scope.keyFor(name)) : tool];
  });
  try {
    return await holdResult(await use(Object.fromEntries(runTools) as RunTools<Tools>), scope.end, options);
  } catch (error) {
    await scope.end();
    throw error;
  }
}
