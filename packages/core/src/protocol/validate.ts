import * as z from "zod/mini";
import { reportedUsd, usd, vendorName } from "./fields.ts";
import { budgetList } from "./policy.ts";

/** Body of `POST /v1/validate`: would a call fit? Issues nothing, reserves nothing. */
export const validateSchema = z.strictObject({
  vendor: vendorName,
  budgets: z.optional(budgetList),
  endpoint: z.optional(z.string().check(z.minLength(1), z.maxLength(500))),
  usd: z.optional(usd),
});

/** The answer to `POST /v1/validate`. `remaining_usd` is `null` where nothing caps the call. */
export const validationSchema = z.object({
  allowed: z.boolean(),
  code: z.optional(z.string()),
  remaining_usd: z.nullable(reportedUsd),
});

export type WireValidate = z.output<typeof validateSchema>;
export type WireValidation = z.output<typeof validationSchema>;
