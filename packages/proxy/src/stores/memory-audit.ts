import type { AuditFilter, AuditRecord, PageOf, PageRequest } from "./store.ts";

/** Audit entries in memory, in the order they were appended. */
export class MemoryAudit {
  readonly #records: AuditRecord[] = [];
  readonly #positions = new Map<string, number>();
  readonly #listeners = new Set<() => void>();

  append(record: AuditRecord): void {
    this.#positions.set(record.id, this.#records.length);
    this.#records.push(record);
    for (const listener of this.#listeners) listener();
  }

  find(id: string): AuditRecord | undefined {
    return this.#records[this.#positions.get(id) ?? -1];
  }

  get(tenant: string, id: string): AuditRecord | undefined {
    const record = this.find(id);
    return record?.tenant === tenant ? record : undefined;
  }

  /** Puts a corrected entry in the place of the one with its id. */
  replace(record: AuditRecord): AuditRecord {
    const position = this.#positions.get(record.id);
    if (position !== undefined) this.#records[position] = record;
    return record;
  }

  list(tenant: string, filter: AuditFilter, { limit, startingAfter }: PageRequest): PageOf<AuditRecord> {
    const start =
      startingAfter === undefined ? this.#records.length : (this.#positions.get(startingAfter) ?? 0);
    return this.#collect(tenant, filter, limit, start - 1, -1);
  }

  listAfter(tenant: string, filter: AuditFilter, { limit, startingAfter }: PageRequest): PageOf<AuditRecord> {
    const start = startingAfter === undefined ? 0 : (this.#positions.get(startingAfter) ?? -1) + 1;
    return this.#collect(tenant, filter, limit, start, 1);
  }

  getNewestId(tenant: string): string | undefined {
    return this.#records.findLast((record) => record.tenant === tenant)?.id;
  }

  onAppend(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #collect(
    tenant: string,
    filter: AuditFilter,
    limit: number,
    start: number,
    step: 1 | -1,
  ): PageOf<AuditRecord> {
    const items: AuditRecord[] = [];
    for (let at = start; at >= 0 && at < this.#records.length; at += step) {
      const record = this.#records[at];
      if (record?.tenant !== tenant || !matchesAudit(record, filter)) continue;
      if (items.length === limit) return { items, hasMore: true };
      items.push(record);
    }
    return { items, hasMore: false };
  }
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
