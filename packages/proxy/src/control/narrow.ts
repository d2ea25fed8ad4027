import type { WirePolicy } from "@keybrake/core/protocol";
import type { KeyPolicy, KeyRecord } from "@keybrake/ledger";
import { lowerCaps } from "./join-budgets.ts";
import { toInvalid } from "./operation.ts";

/**
 * The policy of a key that is carved out of another: what the holder asks for. What can change of the keys above it binds
 * it at each call, as it is then, and so is not copied here.
 *
 * @throws {Refused} the first field that asks for more, by its name
 */
export function narrow(asked: WirePolicy, policy: KeyPolicy, holder: KeyRecord): KeyPolicy {
  const own = holder.policy;
  refuse(asked.vendor !== holder.vendor, "vendor", `must be ${holder.vendor}, the parent key's vendor`);
  refuse(
    (asked.mode ?? holder.mode) !== holder.mode,
    "mode",
    `must be ${holder.mode}, the parent key's mode`,
  );
  const isCapped = own.dailyCapMicroUsd !== undefined || own.totalCapMicroUsd !== undefined;
  refuse(
    isCapped && policy.totalCapMicroUsd === undefined,
    "total_usd_cap",
    "is missing: the parent key has a cap, and the child's cap is set aside in it",
  );
  const accounts = asked.accounts === undefined ? own.accounts : policy.accounts;
  const foreign = toAccounts(accounts).find((account) => !mayActOn(own.accounts, account));
  refuse(foreign !== undefined, "accounts", "names an account that the parent key can't act on");
  refuse(
    policy.allowRecurring && !own.allowRecurring,
    "allow_recurring",
    "can't be true: the parent key doesn't allow recurring charges",
  );
  refuse(policy.shadow && !own.shadow, "shadow", "can't be true: the parent key isn't a shadow key");
  const foreignBudget = policy.budgets.find((name) => !own.budgets.includes(name));
  refuse(
    foreignBudget !== undefined,
    "budgets",
    `names "${foreignBudget}", which the parent key doesn't name`,
  );
  return {
    ...policy,
    accounts,
    budgets: own.budgets,
    ...lowerCaps(own.budgetCaps, policy.budgetCaps),
  };
}

/** An empty list stands for the credential's own account. */
function toAccounts(accounts: readonly string[]): readonly string[] {
  return accounts.length === 0 ? ["self"] : accounts;
}

function mayActOn(own: readonly string[], account: string): boolean {
  return own.includes("*") || toAccounts(own).includes(account);
}

function refuse(isMore: boolean, path: string, message: string): void {
  if (isMore) throw toInvalid([{ path, message }]);
}
