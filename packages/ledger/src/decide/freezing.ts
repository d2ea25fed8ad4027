import type { FreezeRecord, KeyScope } from "../freeze.ts";
import type { KeyRecord } from "../ledger.ts";

export function matchesScope({ vendor, label, policy }: KeyRecord, scope: KeyScope): boolean {
  return (
    (scope.vendor === undefined || vendor === scope.vendor) &&
    (scope.labelPrefix === undefined || label.startsWith(scope.labelPrefix)) &&
    (scope.budget === undefined || policy.budgets.includes(scope.budget))
  );
}

/** Whether a freeze matches a key, or one above it. */
export function isFrozenBy({ scope }: FreezeRecord, record: KeyRecord, above: readonly KeyRecord[]): boolean {
  return matchesScope(record, scope) || above.some((ancestor) => matchesScope(ancestor, scope));
}

/** The first freeze that matches a key, or one above it. */
export function findFreeze(
  freezes: readonly FreezeRecord[],
  record: KeyRecord,
  above: readonly KeyRecord[],
): FreezeRecord | undefined {
  return freezes.find((freeze) => isFrozenBy(freeze, record, above));
}
