import type { WirePolicy } from "@keybrake/core/protocol";
import type { KeyPolicy, KeyRecord } from "@keybrake/ledger";
import { toInvalid } from "./operation.ts";

const MAX_BUDGETS = 8;

/**
 * The policy of a key that is carved out of another: what the holder asks for, and never more than it has itself.
 *
 * @throws {Refused} the first field that asks for more, by its name
 */
export function narrow(asked: WirePolicy, policy: KeyPolicy, holder: KeyRecord): KeyPolicy {
  const own = holder.policy;
  refuse(asked.vendor !== holder.vendor, "vendor", `must be ${holder.vendor}, as the parent's`);
  refuse((asked.mode ?? holder.mode) !== holder.mode, "mode", `must be ${holder.mode}, as the parent's`);
  const isCapped = own.dailyCapMicroUsd !== undefined || own.totalCapMicroUsd !== undefined;
  refuse(
    isCapped && policy.totalCapMicroUsd === undefined,
    "total_usd_cap",
    "is needed: it is taken from the parent's room",
  );
  const foreign = policy.accounts.find(
    (account) => !own.accounts.includes(account) && !own.accounts.includes("*"),
  );
  refuse(foreign !== undefined, "accounts", "names an account that the parent may not act on");
  refuse(policy.allowRecurring && !own.allowRecurring, "allow_recurring", "is not the parent's to give");
  refuse(policy.shadow && !own.shadow, "shadow", "is not the parent's to give");
  const budgets = [...new Set([...own.budgets, ...policy.budgets])];
  refuse(budgets.length > MAX_BUDGETS, "budgets", `must be at most ${MAX_BUDGETS} with the parent's`);
  const maxMicroUsdPerCall = Math.min(...[policy, own].map((each) => each.maxMicroUsdPerCall ?? Infinity));
  return {
    ...policy,
    ...(maxMicroUsdPerCall === Infinity ? {} : { maxMicroUsdPerCall }),
    budgets,
    within: [...own.within, ...(own.allowedEndpoints ? [own.allowedEndpoints] : [])],
  };
}

function refuse(isMore: boolean, path: string, message: string): void {
  if (isMore) throw toInvalid([{ path, message }]);
}
