import type { FreezeTable } from "../decide/tables.ts";
import type { FreezeRecord } from "../freeze.ts";

const NONE: readonly FreezeRecord[] = [];

export function createMemoryFreezes(): FreezeTable {
  const tenants = new Map<string, readonly FreezeRecord[]>();
  return {
    list: (tenant) => tenants.get(tenant) ?? NONE,
    insert(record) {
      tenants.set(record.tenant, [...(tenants.get(record.tenant) ?? NONE), record]);
    },
    delete({ tenant, id }) {
      const left = (tenants.get(tenant) ?? NONE).filter((freeze) => freeze.id !== id);
      tenants.set(tenant, left);
    },
  };
}
