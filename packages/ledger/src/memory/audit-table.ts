import type { Reservation } from "../decide/reservation.ts";
import type { AuditTable } from "../decide/tables.ts";
import type { AuditFilter, AuditRecord, PageOf } from "../ledger.ts";

/**
 * Audit entries in memory, in the order they were appended.
 *
 * @param entered where the reservations behind them are put
 * @param onAppend told after an entry was appended
 */
export function createMemoryAudit(entered: Map<string, Reservation>, onAppend: () => void): AuditTable {
  const records: AuditRecord[] = [];
  const positions = new Map<string, number>();

  function collect(
    tenant: string,
    filter: AuditFilter,
    limit: number,
    start: number,
    step: 1 | -1,
  ): PageOf<AuditRecord> {
    const items: AuditRecord[] = [];
    for (let at = start; at >= 0 && at < records.length; at += step) {
      const record = records[at];
      if (record?.tenant !== tenant || !matchesAudit(record, filter)) continue;
      if (items.length === limit) return { items, hasMore: true };
      items.push(record);
    }
    return { items, hasMore: false };
  }

  return {
    append(record, reservation) {
      positions.set(record.id, records.length);
      records.push(record);
      if (reservation) entered.set(record.id, reservation);
      onAppend();
    },
    find: (id) => records[positions.get(id) ?? -1],
    replace(record) {
      const position = positions.get(record.id);
      if (position !== undefined) records[position] = record;
    },
    list(tenant, filter, { limit, startingAfter }) {
      const start = startingAfter === undefined ? records.length : (positions.get(startingAfter) ?? 0);
      return collect(tenant, filter, limit, start - 1, -1);
    },
    listAfter(tenant, filter, { limit, startingAfter }) {
      const start = startingAfter === undefined ? 0 : (positions.get(startingAfter) ?? -1) + 1;
      return collect(tenant, filter, limit, start, 1);
    },
    getNewestId: (tenant) => records.findLast((record) => record.tenant === tenant)?.id,
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
