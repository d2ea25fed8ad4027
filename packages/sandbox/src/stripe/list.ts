import { takePage } from "../take-page.ts";
import type { StripeCall } from "./account.ts";
import { invalidRequest, noSuch } from "./errors.ts";
import { readInteger, readString } from "./params.ts";

const defaultLimit = 10;
const maxLimit = 100;

/** One page of objects, newest first. `filters` are the fields that a parameter of the same name narrows by. */
export function listPage<Item extends { readonly id: string; readonly object: string }>(
  { params }: StripeCall,
  url: string,
  items: ReadonlyMap<string, Item>,
  filters: readonly (keyof Item & string)[] = [],
): object {
  const limit = readInteger(params, "limit", 1) ?? defaultLimit;
  if (limit > maxLimit) {
    throw invalidRequest(`This value must be less than or equal to ${maxLimit}.`, {
      code: "parameter_invalid_integer",
      param: "limit",
    });
  }
  let found = [...items.values()].reverse();
  for (const filter of filters) {
    const wanted = readString(params, filter);
    if (wanted !== undefined) found = found.filter((item) => item[filter] === wanted);
  }
  const after = readString(params, "starting_after");
  const page = takePage(found, limit, after === undefined ? undefined : ({ id }) => id === after);
  if (!page) throw noSuch(found[0]?.object ?? "object", after ?? "", "starting_after", 400);
  return { object: "list", data: page.items, has_more: page.hasMore, url };
}
