import { isWithinEndpoint, MAX_MICRO_USD } from "@keybrake/core/protocol";
import type { AllowedEndpoint, KeyChanges, KeyPolicy, KeyRecord, RaisedField } from "../ledger.ts";

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
  if (allowedEndpoints !== undefined && !isNarrowing(policy, allowedEndpoints))
    raised.push("allowedEndpoints");
  if (changes.frozen === false && frozen) raised.push("frozen");
  return raised;
}

/** To take a limit away is to raise it; a limit where there was none is a lower one. */
function isRaise(before: number | undefined, after: number | null | undefined): boolean {
  if (after === undefined || before === undefined) return false;
  return after === null || after > before;
}

/** Whether each new entry lies within an old one, and no call gets a higher bound, or loses the one it had. */
function isNarrowing(before: KeyPolicy, after: AllowedEndpoint[] | null): boolean {
  if (after === null) return before.allowedEndpoints === undefined;
  const known = before.allowedEndpoints?.map(toBounded);
  const entries = after.map(toBounded);
  return entries.every((entry) => liesWithin(entry, entries, known, before.maxMicroUsdPerCall));
}

interface BoundedEndpoint {
  endpoint: string;
  /** `undefined`: the key's bound for every call holds. */
  maxMicroUsdPerCall?: number;
}

function toBounded(entry: AllowedEndpoint): BoundedEndpoint {
  return typeof entry === "string" ? { endpoint: entry } : entry;
}

function liesWithin(
  entry: BoundedEndpoint,
  entries: readonly BoundedEndpoint[],
  known: readonly BoundedEndpoint[] | undefined,
  keyBound: number | undefined,
): boolean {
  if (known === undefined) return !exceeds(entry.maxMicroUsdPerCall ?? keyBound, keyBound);
  const outer = known.filter(({ endpoint }) => isWithinEndpoint(entry.endpoint, endpoint));
  if (outer.length === 0) return false;
  const isBoundedAbove = outer.some(({ maxMicroUsdPerCall }) => maxMicroUsdPerCall !== undefined);
  // Where no old bound held, the key's did: a bound of the endpoint takes its place.
  if (!isBoundedAbove && exceeds(entry.maxMicroUsdPerCall ?? keyBound, keyBound)) return false;
  // A bound that held for some of the calls must still hold for them, by this entry or by another.
  return known.every(({ endpoint, maxMicroUsdPerCall: bound }) => {
    if (bound === undefined || !mayOverlap(entry.endpoint, endpoint)) return true;
    const holding = [entry, ...entries.filter((other) => isWithinEndpoint(endpoint, other.endpoint))];
    return holding.some(
      ({ maxMicroUsdPerCall }) => maxMicroUsdPerCall !== undefined && maxMicroUsdPerCall <= bound,
    );
  });
}

function exceeds(bound: number | undefined, limit: number | undefined): boolean {
  return limit !== undefined && (bound === undefined || bound > limit);
}

/** Whether a call may match both patterns; `true` also where it is not plain that none does. */
function mayOverlap(one: string, other: string): boolean {
  const [a, b] = [one, other].map((pattern) => pattern.slice(pattern.indexOf("/") + 1).split("/"));
  const [methodA, methodB] = [one, other].map((pattern) => pattern.slice(0, pattern.indexOf("/")));
  if (methodA && methodB && methodA !== methodB) return false;
  return (a ?? []).every((segment, index) => {
    const against = b?.[index];
    return against === undefined || segment === "*" || against === "*" || segment === against;
  });
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
