import * as z from "zod/mini";
import { reportedUsd, timestamp, usd } from "./fields.ts";

/** Body of `PUT /v1/budgets/:name`. `null` takes a cap away; a field left out stays as it is. */
export const budgetUpdateSchema = z.strictObject({
  daily_usd_cap: z.optional(z.nullable(usd)),
  monthly_usd_cap: z.optional(z.nullable(usd)),
  total_usd_cap: z.optional(z.nullable(usd)),
  frozen: z.optional(z.boolean()),
});

/** A budget with its spend. `null` caps mean uncapped. */
export const budgetSchema = z.object({
  name: z.string(),
  daily_usd_cap: z.nullable(reportedUsd),
  /** Per UTC month. Left out by older proxies, as is `monthly_usd`. */
  monthly_usd_cap: z.optional(z.nullable(reportedUsd)),
  total_usd_cap: z.nullable(reportedUsd),
  frozen: z.boolean(),
  spend: z.object({
    daily_usd: reportedUsd,
    monthly_usd: z.optional(reportedUsd),
    total_usd: reportedUsd,
    held_usd: reportedUsd,
    unknown_usd: reportedUsd,
    remaining_usd: z.nullable(reportedUsd),
    resets_at: timestamp,
  }),
});

export type WireBudgetUpdate = z.output<typeof budgetUpdateSchema>;
export type WireBudget = z.output<typeof budgetSchema>;
