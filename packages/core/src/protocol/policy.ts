import * as z from "zod/mini";
import { toSeconds } from "./duration.ts";
import { isEndpointPattern } from "./endpoint-pattern.ts";
import { budgetName, label, metadata, usd, vendorName } from "./fields.ts";

/** `"<integer>s|m|h|d"`; how long at most is up to the proxy's configuration. */
export const durationField = z
  .string()
  .check(z.refine((text) => toSeconds(text) !== undefined, 'must be "<integer>s|m|h|d", such as "5m"'));

const endpointPattern = z
  .string()
  .check(
    z.maxLength(500),
    z.refine(
      isEndpointPattern,
      'must be "[METHOD ]/path"; * stands for one whole segment, a last /* for one or more',
    ),
  );

/** An endpoint with a bound for each of its calls. */
const boundEndpoint = z.strictObject({ endpoint: endpointPattern, max_usd_per_call: usd });

/** The pattern of an entry of `allowed_endpoints`. */
export function toEndpointPattern(entry: string | { endpoint: string }): string {
  return typeof entry === "string" ? entry : entry.endpoint;
}

const endpointList = z.array(z.union([endpointPattern, boundEndpoint])).check(z.maxLength(200));
const maxCalls = z.int().check(z.minimum(1));
const callsPerMinute = z.int().check(z.minimum(1), z.maximum(1_000_000));

/** A budget with caps of its own, which bind the key that states them. */
const statedBudget = z.strictObject({
  name: budgetName,
  daily_usd_cap: z.optional(usd),
  monthly_usd_cap: z.optional(usd),
  total_usd_cap: z.optional(usd),
});

/** The budgets that a key's calls must fit: names, or names with caps. */
export const budgetList = z.array(z.union([budgetName, statedBudget])).check(
  z.maxLength(8),
  z.refine(
    (budgets) => new Set(budgets.map(toBudgetName)).size === budgets.length,
    "must not name a budget twice",
  ),
);

/** The name of an entry of `budgets`. */
export function toBudgetName(budget: string | { name: string }): string {
  return typeof budget === "string" ? budget : budget.name;
}

/** The policy of a vault key as it travels: the body of `POST /v1/keys`. An unknown field is refused by name. */
export const policySchema = z.strictObject({
  label,
  vendor: vendorName,
  allowed_endpoints: z.optional(endpointList),
  daily_usd_cap: z.optional(usd),
  total_usd_cap: z.optional(usd),
  max_usd_per_call: z.optional(usd),
  max_calls: z.optional(maxCalls),
  calls_per_minute: z.optional(callsPerMinute),
  budgets: z.optional(budgetList),
  expires_in: z.optional(durationField),
  mode: z.optional(z.enum(["live", "test"])),
  shadow: z.optional(z.boolean()),
  accounts: z.optional(z.array(z.string().check(z.minLength(1), z.maxLength(200))).check(z.maxLength(100))),
  allow_recurring: z.optional(z.boolean()),
  idempotency: z.optional(z.enum(["inject"])),
  parent: z.optional(z.literal("self")),
  metadata: z.optional(metadata),
});

/** The policy of a vault key on the wire. */
export type WirePolicy = z.output<typeof policySchema>;

/** The older form of {@link policySchema}: `agent_run_label` stands for `label`. Body of `POST /vault/keys`. */
export const legacyPolicySchema = z.extend(z.omit(policySchema, { label: true }), { agent_run_label: label });

const limit = <Limit extends z.ZodMiniType>(value: Limit) => z.optional(z.nullable(value));

/** Body of `PATCH /v1/keys/:id`. `null` takes a limit away; a field left out stays as it is. */
export const keyChangesSchema = z
  .strictObject({
    daily_usd_cap: limit(usd),
    total_usd_cap: limit(usd),
    max_usd_per_call: limit(usd),
    max_calls: limit(maxCalls),
    calls_per_minute: limit(callsPerMinute),
    allowed_endpoints: limit(endpointList),
    frozen: z.optional(z.boolean()),
  })
  .check(
    z.refine(
      (changes) => Object.values(changes).some((value) => value !== undefined),
      "name at least one field to change",
    ),
  );

/** What to change of a key, on the wire. */
export type WireKeyChanges = z.output<typeof keyChangesSchema>;
