import type { AuditTable, TryRow } from "../decide/tables.ts";
import type { AuditFilter, AuditRecord, PageOf } from "../ledger.ts";
import { createEntryBlocks } from "./entry-blocks.ts";
import { type Entry, toEntry } from "./entry-text.ts";
import { createPositionIndex } from "./position-index.ts";

/** Audit entries in memory, with what their attempts may still be asked for. */
export interface MemoryAudit extends AuditTable {
  /** The entry as it was appended, whatever has been corrected since. */
  findEntry(by: { id: string } | { requestId: string } | { replayId: string }): Entry | undefined;
}

/**
 * Audit entries in memory, in the order they were appended.
 *
 * @param write gives the text of an entry, and the replay id that finds it
 * @param onAppend called after an entry was appended
 */
export function createMemoryAudit(
  write: (record: AuditRecord, attempt: TryRow | undefined) => { text: string; replayId: string | undefined },
  onAppend: () => void,
): MemoryAudit {
  const blocks = createEntryBlocks();
  /** What has been corrected since it was appended. */
  const corrected = new Map<number, AuditRecord>();
  const byId = createPositionIndex((position) => readText(position)?.record.id);
  const byRequest = createPositionIndex((position) => readText(position)?.record.requestId);
  const byReplay = createPositionIndex((position) => readText(position)?.attempt?.[4] ?? undefined);

  function readText(position: number): Entry | undefined {
    const text = blocks.read(position);
    return text === undefined ? undefined : toEntry(text);
  }

  const read = (position: number): AuditRecord | undefined =>
    corrected.get(position) ?? readText(position)?.record;

  function collect(
    tenant: string,
    filter: AuditFilter,
    limit: number,
    start: number,
    step: 1 | -1,
  ): PageOf<AuditRecord> {
    const items: AuditRecord[] = [];
    for (let at = start; at >= blocks.first() && at < blocks.next(); at += step) {
      const record = read(at);
      if (record?.tenant !== tenant || !matchesAudit(record, filter)) continue;
      if (items.length === limit) return { items, hasMore: true };
      items.push(record);
    }
    return { items, hasMore: false };
  }

  return {
    append(record, attempt) {
      const { text, replayId } = write(record, attempt);
      const position = blocks.append(text);
      byId.add(record.id, position);
      if (attempt) byRequest.add(attempt.id, position);
      if (replayId !== undefined) byReplay.add(replayId, position);
      onAppend();
    },
    find(id) {
      const position = byId.find(id);
      return position === undefined ? undefined : read(position);
    },
    findEntry(by) {
      const position =
        "id" in by
          ? byId.find(by.id)
          : "requestId" in by
            ? byRequest.find(by.requestId)
            : byReplay.find(by.replayId);
      return position === undefined ? undefined : readText(position);
    },
    replace(record) {
      const position = byId.find(record.id);
      if (position !== undefined) corrected.set(position, record);
    },
    list(tenant, filter, { limit, startingAfter }) {
      const start = startingAfter === undefined ? blocks.next() : (byId.find(startingAfter) ?? 0);
      return collect(tenant, filter, limit, start - 1, -1);
    },
    listAfter(tenant, filter, { limit, startingAfter }) {
      const start = startingAfter === undefined ? -1 : (byId.find(startingAfter) ?? -1);
      return collect(tenant, filter, limit, Math.max(start + 1, blocks.first()), 1);
    },
    getNewestId(tenant) {
      return collect(tenant, {}, 1, blocks.next() - 1, -1).items[0]?.id;
    },
  };
}

/** Whether an entry passes every given filter. `since` is included, `until` is not. */
export function matchesAudit(record: AuditRecord, filter: AuditFilter): boolean {
  return (
    (filter.keyId === undefined || record.keyId === filter.keyId) &&
    (filter.labelPrefix === undefined || (record.label?.startsWith(filter.labelPrefix) ?? false)) &&
    (filter.vendor === undefined || record.vendor === filter.vendor) &&
    (filter.budget === undefined || record.budgets.includes(filter.budget)) &&
    (filter.decision === undefined || record.decision === filter.decision) &&
    (filter.outcome === undefined || record.outcome === filter.outcome) &&
    (filter.since === undefined || record.at >= filter.since) &&
    (filter.until === undefined || record.at < filter.until)
  );
}
