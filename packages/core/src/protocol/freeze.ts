import * as z from "zod/mini";
import { budgetName, note, reportedUsd, timestamp, vendorName } from "./fields.ts";

const scopeFields = {
  label_prefix: z.optional(z.string().check(z.minLength(1), z.maxLength(200))),
  budget: z.optional(budgetName),
  vendor: z.optional(vendorName),
};

/** Body of `POST /v1/freezes`: which keys to freeze. All the given fields must match; `all` alone means every key. */
export const freezeRequestSchema = z
  .strictObject({ ...scopeFields, all: z.optional(z.literal(true)), note: z.optional(note) })
  .check(
    z.refine(
      ({ label_prefix, budget, vendor, all }) => (label_prefix ?? budget ?? vendor ?? all) !== undefined,
      "name at least one of label_prefix, budget, vendor, all",
    ),
  );

const freezeFields = {
  id: z.string(),
  label_prefix: z.optional(z.string()),
  budget: z.optional(z.string()),
  vendor: z.optional(z.string()),
  /** True when no field narrows it: it freezes every key of the tenant. */
  all: z.boolean(),
  note: z.nullable(z.string()),
  created_at: timestamp,
};

/** A freeze that is in force. */
export const freezeSchema = z.object(freezeFields);

/** The answer to `POST /v1/freezes`: with the active keys that match now, and their calls that were already admitted. */
export const freezeReceiptSchema = z.object({
  ...freezeFields,
  keys: z.int(),
  in_flight: z.object({ calls: z.int(), held_usd: reportedUsd }),
});

export type WireFreezeRequest = z.output<typeof freezeRequestSchema>;
export type WireFreeze = z.output<typeof freezeSchema>;
export type WireFreezeReceipt = z.output<typeof freezeReceiptSchema>;
