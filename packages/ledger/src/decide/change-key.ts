import { isWithinEndpoint, MAX_MICRO_USD } from "@keybrake/core/protocol";
import type { KeyChanges, KeyPolicy, KeyRecord, RaisedField } from "../ledger.ts";

/** The limits of a policy that are amounts or counts: the lower, the less the key may do. */
const LIMITS = [
  "dailyCapMicroUsd",
  "totalCapMicroUsd",
  "maxMicroUsdPerCall",
  "maxCalls",
  "callsPerMinute",
] as const;

/** Which of the changes would let a key do more than it may now. */
export function listRaised({ policy, frozen }: KeyRecord, changes: KeyChanges): RaisedField[] {
  const raised: RaisedField[] = LIMITS.filter((name) => isRaise(policy[name], changes[name]));
  const { allowedEndpoints } = changes;
  if (allowedEndpoints !== undefined && !isNarrowing(policy.allowedEndpoints, allowedEndpoints))
    raised.push("allowedEndpoints");
  if (changes.frozen === false && frozen) raised.push("frozen");
  return raised;
}

/** To take a limit away is to raise it; a limit where there was none is a lower one. */
function isRaise(before: number | undefined, after: number | null | undefined): boolean {
  if (after === undefined || before === undefined) return false;
  return after === null || after > before;
}

function isNarrowing(before: string[] | undefined, after: string[] | null): boolean {
  if (before === undefined) return true;
  return after?.every((pattern) => before.some((known) => isWithinEndpoint(pattern, known))) ?? false;
}

/** A key with the changes: `null` takes a limit away. */
export function applyChanges(
  record: KeyRecord,
  { frozen = record.frozen, ...limits }: KeyChanges,
): KeyRecord {
  const policy: Record<string, unknown> = { ...record.policy };
  for (const [name, value] of Object.entries(limits)) {
    if (value === null) delete policy[name];
    else if (value !== undefined) policy[name] = value;
  }
  return { ...record, policy: policy as unknown as KeyPolicy, frozen, changes: record.changes + 1 };
}

/** Whether the changes take a key's last cap away, unless one of its budgets stores a cap. */
export function losesOwnCaps(before: KeyPolicy, after: KeyPolicy): boolean {
  return hasOwnCap(before) && !hasOwnCap(after);
}

function hasOwnCap({ dailyCapMicroUsd, totalCapMicroUsd, budgetCaps }: KeyPolicy): boolean {
  return dailyCapMicroUsd !== undefined || totalCapMicroUsd !== undefined || budgetCaps !== undefined;
}

/** What a child key's raise must find remaining in its parent, in micro-USD. A lowering needs nothing. */
export function getCarvedRaise(before: KeyPolicy, after: KeyPolicy): number {
  if (before.totalCapMicroUsd === undefined) return 0;
  return Math.max(0, (after.totalCapMicroUsd ?? MAX_MICRO_USD) - before.totalCapMicroUsd);
}
