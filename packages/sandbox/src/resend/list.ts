import { takePage } from "../take-page.ts";
import { invalid } from "./errors.ts";
import type { ResendCall } from "./world.ts";

const defaultLimit = 20;
const maxLimit = 100;

/** One page, newest first. `items` come oldest first. */
export function listNewestFirst<Item extends { readonly id: string }>(
  { query }: ResendCall,
  items: readonly Item[],
  toListed: (item: Item) => object,
): object {
  const text = query.get("limit") ?? String(defaultLimit);
  const limit = /^[0-9]{1,3}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > maxLimit) throw invalid("The `limit` parameter must be between 1 and 100.");
  if (query.has("before")) throw invalid("The sandbox has no `before`.");
  const after = query.get("after");
  const page = takePage(items.toReversed(), limit, after === null ? undefined : ({ id }) => id === after);
  if (!page) throw invalid(`The \`after\` parameter names nothing: ${after}`);
  return { object: "list", has_more: page.hasMore, data: page.items.map(toListed) };
}
