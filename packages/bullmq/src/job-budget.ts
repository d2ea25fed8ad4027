import type { IssuePolicy } from "@keybrake/core";
import type { Job, SandboxedJob } from "bullmq";

const MAX_NAME = 128;

/**
 * Adds a budget for the job to its policy, with the policy's `totalUsdCap` as its cap. Each attempt has its own key, and
 * so a cap of its own: without the budget, a job with three attempts could spend its cap three times.
 */
export function withJobBudget(job: Job | SandboxedJob, policy: IssuePolicy): IssuePolicy {
  const { totalUsdCap, budgets = [] } = policy;
  if (totalUsdCap === undefined || job.id === undefined) return policy;
  return { ...policy, budgets: [...budgets, { name: toBudgetName(job.queueName, job.id), totalUsdCap }] };
}

/** `job:<queue>:<id>`, in the letters that a budget's name may have; other letters are written as their code points. */
function toBudgetName(queueName: string, id: string): string {
  const name = `job:${encode(queueName)}:${encode(id)}`;
  return name.length <= MAX_NAME ? name : `${name.slice(0, MAX_NAME - 9)}_${hash(name)}`;
}

function encode(text: string): string {
  return text.replace(/[^A-Za-z0-9.@-]/g, (letter) => `_${letter.codePointAt(0)?.toString(16)}_`);
}

/** FNV-1a, 32 bits: it only keeps long names apart. */
function hash(text: string): string {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return (value >>> 0).toString(16).padStart(8, "0");
}
