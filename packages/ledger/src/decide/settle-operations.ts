import type { AuditDraft, AuditRecord, Outcome, Settlement } from "../ledger.ts";
import { closeEntries } from "./close-entries.ts";
import { ATTEMPT_KEPT_MS, ISSUE_KEPT_MS, REPLAY_KEPT_MS } from "./constants.ts";
import { toKeyState } from "./key-state.ts";
import { getRemaining } from "./limits.ts";
import type { OperationsNamed } from "./operations-named.ts";
import { type Exposure, endTry, toExceededBound, toExposure } from "./reservation.ts";
import type { Tables, TryRow } from "./tables.ts";

/** The verbs that end tries. */
export function createSettleOperations(
  tables: Tables,
  clock: () => number,
): OperationsNamed<"settle" | "endOverdue"> {
  const { keys, tries, reservations, objects, issues, audit } = tables;

  function end(attempt: TryRow, outcome: Outcome, draft: AuditDraft, givesUp: boolean): Settlement {
    const { keyId, reservation, givenUp } = attempt;
    const key = keys.find(keyId);
    if (!key) throw new Error(`no key ${keyId}`);
    // A try that was given up was counted as over.
    if (givenUp) reservation.openTries++;
    const ended = endTry(reservation, outcome);
    if (reservation.spends && !givenUp) reservation.entries = [...reservation.entries, draft.id];
    reservations.save(reservation);
    const exposed = toExposure(reservation, outcome);
    if (exposed) expose(key.record.tenant, exposed);
    const exceeded = ended.notes.includes("overage") ? toExceededBound(reservation, outcome) : undefined;
    if (exceeded) expose(key.record.tenant, exceeded);
    const now = clock();
    const settlement: Settlement = {
      ...ended,
      reservedMicroUsd: reservation.shares[0].heldMicroUsd,
      remainingMicroUsd: getRemaining(toKeyState(tables, key, now)),
    };
    attempt.settlement = settlement;
    attempt.givenUp = givesUp;
    tries.save(attempt);
    const record = toRecord(draft, settlement);
    if (givenUp) audit.replace(record);
    else audit.append(record, attempt);
    closeEntries(audit, reservation, draft.id);
    return settlement;
  }

  /** What an object stands for is never taken for less than somebody was told, or may have done. */
  function expose(tenant: string, { objectId, microUsd, told }: Exposure): void {
    const known = objects.find(tenant, objectId) ?? { microUsd: 0, told: false };
    objects.save(tenant, {
      objectId,
      microUsd: Math.max(microUsd, known.microUsd),
      told: told || known.told,
    });
  }

  /** Drops what nobody can ask for any more. */
  function forget(): void {
    const now = clock();
    tries.forget(now - ATTEMPT_KEPT_MS);
    reservations.forgetReplays(now - REPLAY_KEPT_MS);
    issues.forget(now - ISSUE_KEPT_MS);
  }

  return {
    settle(attemptId, outcome, draft) {
      const attempt = tries.find(attemptId);
      if (!attempt) throw new Error(`no try ${attemptId}`);
      const { settlement, givenUp, reservation } = attempt;
      if (settlement && !(givenUp && reservation.state === "held")) return settlement;
      return end(attempt, outcome, draft, false);
    },

    endOverdue() {
      const overdue = tries.listOverdue(clock());
      for (const id of overdue) {
        const attempt = tries.find(id);
        const abandoned = attempt?.abandoned;
        if (!abandoned) continue;
        end(attempt, { kind: "unknown" }, { ...abandoned, durationMs: clock() - abandoned.at }, true);
      }
      forget();
      return overdue.length;
    },
  };
}

function toRecord(draft: AuditDraft, settlement: Settlement): AuditRecord {
  const { outcome, reservedMicroUsd, costMicroUsd, notes } = settlement;
  return { ...draft, outcome, reservedMicroUsd, costMicroUsd, notes };
}
