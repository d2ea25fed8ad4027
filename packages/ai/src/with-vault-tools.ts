import type { Keybrake, PolicyFor, VaultKey, WithVaultKeyOptions } from "@keybrake/core";
import type { ToolSet } from "ai";
import { holdStreams } from "./hold-streams.ts";
import { createRunKeys } from "./run-keys.ts";

/** How the keys of a run are issued and revoked. */
export interface VaultToolsOptions extends Pick<WithVaultKeyOptions, "onRevokeError"> {
  /** Default: the client that `@keybrake/core` makes from the environment. */
  client?: Keybrake;
}

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
 * key. Where a tool's key can't be had, its `execute` doesn't run.
 *
 * The run is what `use` returns: `generateText`, `streamText`, an agent's `generate` or `stream`, a `Response` made of
 * one, or a promise of any. Use the result that this function resolves with: the streams in it are watched. A stream
 * that nobody ever reads or cancels leaves its key to its `expiresIn`.
 *
 * @param policy what to ask for, or how to tell it from a tool's name, once for each tool
 * @param tools made by `vaultTool`; tools of the AI SDK itself may be among them
 * @example
 * const result = await withVaultTools(
 *   { label: "billing-agent/42", vendor: "stripe", dailyUsdCap: 500 },
 *   { charge },
 *   (tools) => generateText({ model, tools, prompt, stopWhen: [stopOnCap(), isStepCount(20)] }),
 * );
 */
export async function withVaultTools<Tools extends Record<string, PlainTool | WaitingTool>, Result>(
  policy: PolicyFor<keyof Tools & string>,
  tools: Tools,
  use: (tools: RunTools<Tools>) => Result,
  options: VaultToolsOptions = {},
): Promise<Awaited<Result>> {
  const keys = createRunKeys(policy as PolicyFor<string>, options);
  const runTools = Object.fromEntries(
    Object.entries(tools).map(([name, tool]) => [
      name,
      typeof tool === "function" ? tool(() => keys.keyFor(name)) : tool,
    ]),
  ) as RunTools<Tools>;
  let result: Awaited<Result>;
  try {
    result = await use(runTools);
  } catch (error) {
    await keys.end();
    throw error;
  }
  return holdStreams(result, keys.end);
}
