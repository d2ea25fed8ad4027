import { type ToolRefusal, toToolRefusal, type VaultKey } from "@keybrake/core";

// By the input of a tool call: the AI SDK keeps it in the steps as it is, also when the result is a mere string.
const caught = new WeakMap<object, ToolRefusal>();

/**
 * Watches a tool that may catch a refusal for an exhausted cap, and return or throw something of its own: only the key
 * knows of the refusal then.
 *
 * @returns to be called when the tool call is over, if its result isn't a refusal already
 */
export function watchKey(key: VaultKey, input: unknown): () => void {
  const before = key.capRefusal;
  return () => {
    const { capRefusal } = key;
    if (!capRefusal || capRefusal === before || typeof input !== "object" || input === null) return;
    caught.set(input, toToolRefusal(capRefusal));
  };
}

/** The refusal that the tool call with this input met and caught. */
export function findCaughtRefusal(input: unknown): ToolRefusal | undefined {
  return caught.get(Object(input));
}
