import type { KeyRecord } from "@keybrake/ledger";

/**
 * Whether nothing in a key's policy needs the price of its calls. Such a key is transparent: nothing of it is refused for
 * an amount that can't be read, and the vendor's own errors reach the client. What the response tells is still booked.
 */
export function isTransparent({ policy, parentId }: KeyRecord): boolean {
  const { dailyCapMicroUsd, totalCapMicroUsd, maxMicroUsdPerCall, budgets, allowedEndpoints = [] } = policy;
  const hasLimit =
    dailyCapMicroUsd !== undefined || totalCapMicroUsd !== undefined || maxMicroUsdPerCall !== undefined;
  // A child key is bound by what binds its parent, now and later.
  return !hasLimit && budgets.length === 0 && parentId === null && allowedEndpoints.every(isUnbound);
}

const isUnbound = (entry: unknown): boolean => typeof entry === "string";
