import type { Ledger, Outcome } from "../ledger.ts";
import type { ScriptRunner } from "./script-runner.ts";
import { toAuditRecord, toBudgetState, toLimitRefusal, toSettlement, toStoredDraft } from "./to-records.ts";

type MoneyVerb =
  | "getBudget"
  | "listBudgets"
  | "putBudget"
  | "reserve"
  | "settle"
  | "resettle"
  | "getExposure";

/** The verbs about money. */
export function createMoneyOperations(ledger: ScriptRunner): Pick<Ledger, MoneyVerb> {
  return {
    async getBudget(tenant, name) {
      const [budget = null] = await ledger.run("get-budget", tenant, { name });
      return budget === null ? undefined : toBudgetState(budget);
    },

    async listBudgets(tenant, { limit, startingAfter }) {
      const args = { count: limit + 1, ...(startingAfter === undefined ? {} : { startingAfter }) };
      const [budgets] = await ledger.run("list-budgets", tenant, args);
      const items = (budgets as []).map(toBudgetState);
      return { items: items.slice(0, limit), hasMore: items.length > limit };
    },

    async putBudget(tenant, name, update) {
      const [budget = null] = await ledger.run("put-budget", tenant, { name, update });
      return toBudgetState(budget);
    },

    async reserve({ abandoned, ...request }) {
      const args = { ...request, auditId: abandoned.id, startedAt: abandoned.at };
      const draft = toStoredDraft(abandoned);
      const [status, ...answer] = await ledger.run("reserve", abandoned.tenant, args, draft);
      if (status === "refused") {
        const [remaining = null, refusal = null] = answer;
        return {
          admitted: false,
          refusal: toLimitRefusal(refusal),
          remainingMicroUsd: remaining as number | null,
        };
      }
      const [reserved, remaining, wouldRefuse] = answer;
      return {
        admitted: true,
        reservedMicroUsd: reserved as number,
        remainingMicroUsd: remaining as number | null,
        wouldRefuse: wouldRefuse as string | null,
      };
    },

    async settle(attemptId, outcome: Outcome, draft) {
      const args = { attemptId, outcome, auditId: draft.id, durationMs: draft.durationMs };
      const [settlement = null] = await ledger.run("settle", draft.tenant, args, toStoredDraft(draft));
      if (settlement === null) throw new Error(`no try ${attemptId}`);
      return toSettlement(settlement);
    },

    async resettle(tenant, auditId, costMicroUsd, note) {
      const [entry] = await ledger.run("resettle", tenant, { auditId, costMicroUsd, note });
      return typeof entry === "string" ? toAuditRecord(auditId, entry) : undefined;
    },

    async getExposure(tenant, objectId) {
      const name = ledger.nameOf(tenant, "exposure", objectId);
      const [microUsd, told] = await ledger.command((client) => client.hmget(name, "microUsd", "told"));
      // By doubtful calls alone too little is known of an object: it must be looked up.
      return told == null ? undefined : Number(microUsd);
    },
  };
}
