import type { OperationsNamed } from "./operations-named.ts";
import type { Tables } from "./tables.ts";

/** The verbs about what is in the books already. */
export function createAuditOperations({
  audit,
  objects,
}: Tables): OperationsNamed<
  "appendAudit" | "listAudit" | "listAuditAfter" | "getNewestAuditId" | "getExposure"
> {
  return {
    appendAudit: (record) => audit.append(record),
    listAudit: (tenant, filter, page) => audit.list(tenant, filter, page),
    listAuditAfter: (tenant, filter, page) => audit.listAfter(tenant, filter, page),
    getNewestAuditId: (tenant) => audit.getNewestId(tenant),
    getExposure(tenant, objectId) {
      const known = objects.find(tenant, objectId);
      // By doubtful calls alone too little is known of an object: it must be looked up.
      return known?.told ? known.microUsd : undefined;
    },
  };
}
