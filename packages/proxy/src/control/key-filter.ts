import type { KeyFilter, KeyScope } from "@keybrake/ledger";
import { defined } from "./to-wire.ts";

interface WireScope {
  vendor?: string | undefined;
  label_prefix?: string | undefined;
  budget?: string | undefined;
}

/** The keys that a body names: all of its fields must match. */
export function toKeyScope({ vendor, label_prefix: labelPrefix, budget }: WireScope): KeyScope {
  return defined({ vendor, labelPrefix, budget });
}

/** The keys that a query names. */
export function toKeyFilter(query: WireScope & { status?: KeyFilter["status"] | undefined }): KeyFilter {
  return { ...toKeyScope(query), ...defined({ status: query.status }) };
}
