import type { AuditFilter, AuditRecord, Ledger, PageOf, PageRequest } from "../ledger.ts";
import { matchesAudit } from "../memory/audit-table.ts";
import { readPages } from "./pages.ts";
import type { ScriptRunner } from "./script-runner.ts";
import { toAuditRecord, toStoredDraft } from "./to-records.ts";

// A message to every process at every call would cost more than the call; this costs a reader of the stream one
// short question a second.
const LOOK_EVERY_MS = 500;

type AuditVerb = "appendAudit" | "listAudit" | "listAuditAfter" | "getNewestAuditId" | "onAudit";

/** The verbs about entries, and what this process's own entries tell its listeners. */
export function createAuditOperations(
  ledger: ScriptRunner,
): Pick<Ledger, AuditVerb> & { tellListeners(): void; stop(): void } {
  const listeners = new Set<() => void>();
  let timer: ReturnType<typeof setInterval> | undefined;

  function tellListeners(): void {
    for (const listener of listeners) listener();
  }

  function stop(): void {
    clearInterval(timer);
    timer = undefined;
  }

  async function readBatch(tenant: string, args: object): Promise<AuditRecord[]> {
    const [flat] = await ledger.run("list-entries", tenant, args);
    const texts = flat as string[];
    return texts.flatMap((id, index) => (index % 2 === 0 ? [toAuditRecord(id, texts[index + 1] ?? "")] : []));
  }

  function list(
    tenant: string,
    filter: AuditFilter,
    page: PageRequest,
    oldestFirst: boolean,
  ): Promise<PageOf<AuditRecord>> {
    return readPages(page, {
      readBatch: (batch) => readBatch(tenant, { ...batch, oldestFirst }),
      toId: ({ id }) => id,
      passes: (record) => matchesAudit(record, filter),
    });
  }

  return {
    tellListeners,
    stop,

    async appendAudit(record) {
      const { outcome, reservedMicroUsd, costMicroUsd, notes, ...draft } = record;
      const { id, durationMs } = draft;
      const args = { id, durationMs, outcome, reservedMicroUsd, costMicroUsd, notes };
      await ledger.run("append-entry", draft.tenant, args, toStoredDraft(draft));
      tellListeners();
    },

    listAudit: (tenant, filter, page) => list(tenant, filter, page, false),
    listAuditAfter: (tenant, filter, page) => list(tenant, filter, page, true),

    async getNewestAuditId(tenant) {
      const [newest] = await ledger.command((client) =>
        client.zrevrange(ledger.nameOf(tenant, "entries"), 0, 0),
      );
      return newest;
    },

    onAudit(listener) {
      listeners.add(listener);
      timer ??= setInterval(tellListeners, LOOK_EVERY_MS).unref();
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) stop();
      };
    },
  };
}
