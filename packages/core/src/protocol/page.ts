import * as z from "zod/mini";

/** How many items a page holds at most. */
export const MAX_PAGE = 100;

/** The answer of every list: newest first, and whether more follow. */
export function pageSchema<Item extends z.core.SomeType>(
  item: Item,
): z.ZodMiniObject<{ data: z.ZodMiniArray<Item>; has_more: z.ZodMiniBoolean<boolean> }, z.core.$strip> {
  return z.object({ data: z.array(item), has_more: z.boolean() });
}

/** Query fields that every list takes. `starting_after` is the id of the last item of the page before. */
export const pageQuery = {
  limit: z.optional(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(MAX_PAGE))),
  starting_after: z.optional(z.string()),
};
