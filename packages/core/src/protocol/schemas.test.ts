import { describe, expect, it } from "vitest";
import {
  budgetUpdateSchema,
  extendSchema,
  legacyPolicySchema,
  pageQuery,
  policySchema,
  revokeManySchema,
  validateSchema,
} from "../protocol.ts";

const policy = { label: "agent/7", vendor: "stripe" };

/** The fields a policy is refused for. */
function wrongFields(value: unknown): string[] {
  const parsed = policySchema.safeParse(value);
  if (parsed.success) return [];
  return parsed.error.issues.flatMap((issue) =>
    issue.code === "unrecognized_keys" ? issue.keys : [issue.path.join(".")],
  );
}

describe("policySchema", () => {
  it("takes the least and the most", () => {
    const most = {
      label: "x".repeat(200),
      vendor: "acme-2",
      allowed_endpoints: Array.from({ length: 200 }, () => "POST /v1/charges/*"),
      daily_usd_cap: 9_000_000_000,
      total_usd_cap: 0,
      max_usd_per_call: 0.000001,
      max_calls: 1,
      calls_per_minute: 1_000_000,
      budgets: Array.from({ length: 8 }, (_, index) => `user:${index}`),
      expires_in: "24h",
      mode: "test",
      shadow: true,
      accounts: ["*"],
      allow_recurring: true,
      metadata: Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`name ${index}`, "välue"])),
    };
    expect(policySchema.parse(policy)).toEqual(policy);
    expect(policySchema.parse(most)).toEqual(most);
  });

  it.each([
    ["label", ""],
    ["label", "x".repeat(201)],
    ["label", "two\nlines"],
    ["label", "bidi \u202e trick"],
    ["vendor", "Stripe"],
    ["vendor", "../stripe"],
    ["vendor", ""],
    ["allowed_endpoints", "POST /v1/charges"],
    ["daily_usd_cap", -0.01],
    ["daily_usd_cap", 0.0000001],
    ["daily_usd_cap", 9_000_000_001],
    ["daily_usd_cap", "20"],
    ["daily_usd_cap", Number.NaN],
    ["total_usd_cap", null],
    ["max_usd_per_call", Number.POSITIVE_INFINITY],
    ["max_calls", 0],
    ["max_calls", 1.5],
    ["calls_per_minute", 0],
    ["calls_per_minute", 1_000_001],
    ["budgets", ["user:1", "user:1"]],
    ["budgets", Array.from({ length: 9 }, (_, index) => `user:${index}`)],
    ["expires_in", "5 minutes"],
    ["expires_in", 300],
    ["mode", "sandbox"],
    ["shadow", "true"],
    ["accounts", "acct_1"],
    ["allow_recurring", 1],
    ["metadata", Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`k${index}`, ""]))],
  ])("names %s for %j", (field, value) => {
    expect(wrongFields({ ...policy, [field]: value })).toEqual([field]);
  });

  it.each([
    ["allowed_endpoints.1", { allowed_endpoints: ["/v1/charges", "/v1/pay*"] }],
    ["allowed_endpoints.0.endpoint", { allowed_endpoints: [{ endpoint: "/v1/pay*", max_usd_per_call: 5 }] }],
    ["budgets.0", { budgets: ["no spaces"] }],
    ["accounts.0", { accounts: [""] }],
    ["metadata.run", { metadata: { run: 7 } }],
    ["metadata.run", { metadata: { run: "a\u0000b" } }],
  ])("names %s inside", (path, fields) => {
    expect(wrongFields({ ...policy, ...fields })).toEqual([path]);
  });

  it("names unknown fields, the camelCase of known ones too", () => {
    expect(wrongFields({ ...policy, dailyUsdCap: 5, colour: "red" })).toEqual(["dailyUsdCap", "colour"]);
    expect(wrongFields({})).toEqual(["label", "vendor"]);
  });
});

describe("the other bodies", () => {
  it("take agent_run_label for label in the older form, and not both", () => {
    const { label, ...rest } = policy;
    expect(legacyPolicySchema.safeParse({ ...rest, agent_run_label: label }).success).toBe(true);
    expect(legacyPolicySchema.safeParse({ ...policy, agent_run_label: label }).success).toBe(false);
    expect(legacyPolicySchema.safeParse(policy).success).toBe(false);
  });

  it("take null for a cap of a budget, to lift it", () => {
    expect(budgetUpdateSchema.parse({ daily_usd_cap: null })).toEqual({ daily_usd_cap: null });
    expect(budgetUpdateSchema.safeParse({ daily_usd_cap: -1 }).success).toBe(false);
    expect(budgetUpdateSchema.safeParse({ name: "user:1" }).success).toBe(false);
  });

  it("want at least one field where many keys are revoked", () => {
    expect(revokeManySchema.safeParse({ label_prefix: "a" }).success).toBe(true);
    expect(revokeManySchema.safeParse({}).success).toBe(false);
    expect(revokeManySchema.safeParse({ label_prefix: undefined }).success).toBe(false);
    expect(revokeManySchema.safeParse({ label_prefix: "" }).success).toBe(false);
  });

  it("hold validate and extend to the bounds of a policy", () => {
    expect(validateSchema.safeParse({ vendor: "stripe", usd: 0.0000001 }).success).toBe(false);
    expect(extendSchema.safeParse({ expires_in: "0s" }).success).toBe(false);
    expect(extendSchema.safeParse({}).success).toBe(false);
  });

  it("read a page's limit from the query", () => {
    expect(pageQuery.limit.parse("100")).toBe(100);
    for (const limit of ["0", "101", "1.5", "many"])
      expect(pageQuery.limit.safeParse(limit).success).toBe(false);
  });
});
