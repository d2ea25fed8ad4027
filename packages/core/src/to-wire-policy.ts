import { InvalidPolicyError } from "./errors.ts";
import type { IssuePolicy, PolicyFields } from "./policy.ts";
import { toWire } from "./protocol/wire-names.ts";

/**
 * The policy as the API takes it, without what is the client's own business.
 *
 * @throws {InvalidPolicyError} when the policy has no cap and doesn't say so
 */
export function toWirePolicy(policy: IssuePolicy): unknown {
  const { keepAlive: _keepAlive, failOpen: _failOpen, uncapped = false, ...fields } = policy;
  if (!uncapped && !hasCap(fields)) throw noCap();
  return toWire(fields);
}

function hasCap({ dailyUsdCap, totalUsdCap, budgets = [], parent }: PolicyFields): boolean {
  return dailyUsdCap !== undefined || totalUsdCap !== undefined || budgets.length > 0 || parent === "self";
}

function noCap(): InvalidPolicyError {
  const message = "must be true when the policy has no dailyUsdCap, no totalUsdCap and no budgets";
  return new InvalidPolicyError({
    code: "invalid_policy",
    message: `Invalid policy: uncapped ${message}. No key was issued.`,
    issues: [{ path: "uncapped", message }],
  });
}
