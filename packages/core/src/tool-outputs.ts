import { isCapExhausted } from "./is-cap-exhausted.ts";
import { isToolRefusal, type ToolRefusal, toToolRefusal } from "./tool-refusal.ts";
import type { VaultKey } from "./vault-key.ts";

// By the input of a tool call, which hosts keep as it is, also when the tool's result is a mere string.
const caught = new WeakMap<object, ToolRefusal>();

/**
 * Runs a tool with a vault key and yields what it gives, with a {@link ToolRefusal} in place of a refusal that it throws
 * or that an SDK returns. A tool that catches the refusal for an exhausted cap and gives something of its own is noted:
 * only the key knows of the refusal then.
 *
 * @param input the input of the tool call, by which {@link findCaughtRefusal} finds what was noted
 * @param run the tool: a result, a promise of one, or an iterable of preliminary results
 * @throws the tool's own errors
 * @example
 * for await (const output of toToolOutputs(key, input, () => charge(input, key))) show(output);
 */
export async function* toToolOutputs<Output>(
  key: VaultKey,
  input: unknown,
  run: () => AsyncIterable<Output> | PromiseLike<Output> | Output,
): AsyncGenerator<Output | ToolRefusal> {
  const before = key.capRefusal;
  let last: Output | ToolRefusal | undefined;
  try {
    const answer = run();
    const answers = (
      Symbol.asyncIterator in Object(answer) ? answer : [await answer]
    ) as AsyncIterable<Output>;
    for await (const output of answers) {
      last = isCapExhausted(output) ? toToolRefusal(output) : output;
      yield last;
    }
  } catch (error) {
    last = toToolRefusal(error);
    yield last;
  } finally {
    const { capRefusal } = key;
    const isNew = capRefusal !== undefined && capRefusal !== before;
    if (isNew && !isToolRefusal(last) && typeof input === "object" && input !== null)
      caught.set(input, toToolRefusal(capRefusal));
  }
}

/** The refusal that the tool call with this input met and caught. */
export function findCaughtRefusal(input: unknown): ToolRefusal | undefined {
  return caught.get(Object(input));
}

const SPENT = new Set(["spend_cap_exceeded", "call_limit_reached"]);

/** Whether a refusal ends a run, because no call of the key will be admitted any more. */
export function endsRun({ error }: ToolRefusal): boolean {
  return SPENT.has(error);
}
