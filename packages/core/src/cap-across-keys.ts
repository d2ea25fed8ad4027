import type { IssuePolicy } from "./policy.ts";

const MAX_NAME = 128;

/**
 * Makes `totalUsdCap` of a policy hold over all keys that are issued for one thing, such as the attempts of a job: adds a
 * budget of that name with the same cap. Without `totalUsdCap` the policy stays as it is.
 *
 * @param nameParts what the keys are for, such as `"job"`, the name of the queue, and the job's id
 * @example
 * capAcrossKeys({ label: "refunds", vendor: "stripe", totalUsdCap: 50 }, "job", "refunds", "42");
 * // { …, budgets: [{ name: "job:refunds:42", totalUsdCap: 50 }] }
 */
export function capAcrossKeys(policy: IssuePolicy, ...nameParts: string[]): IssuePolicy {
  if (policy.totalUsdCap === undefined) return policy;
  const { totalUsdCap, budgets = [] } = policy;
  return { ...policy, budgets: [...budgets, { name: toBudgetName(nameParts), totalUsdCap }] };
}

/** In the letters that a budget's name may have; others are written as their code points, so that no two names meet. */
function toBudgetName(parts: readonly string[]): string {
  const name = parts.map(encode).join(":");
  return name.length <= MAX_NAME ? name : `${name.slice(0, MAX_NAME - 9)}_${hash(name)}`;
}

function encode(text: string): string {
  return text.replace(/[^A-Za-z0-9.@-]/g, (letter) => `_${letter.codePointAt(0)?.toString(16)}_`);
}

/** FNV-1a, 32 bits: it only keeps long names apart, and where it can't, they share the cap. */
function hash(text: string): string {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return (value >>> 0).toString(16).padStart(8, "0");
}
