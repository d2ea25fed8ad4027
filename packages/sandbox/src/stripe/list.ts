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
  if (after !== undefined) {
    const index = found.findIndex((item) => item.id === after);
    if (index < 0) throw noSuch(found[0]?.object ?? "object", after, "starting_after", 400);
    found = found.slice(index + 1);
  }
  return { object: "list", data: found.slice(0, limit), has_more: found.length > limit, url };
}
