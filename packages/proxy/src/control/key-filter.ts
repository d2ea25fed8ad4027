import type { KeyFilter } from "@keybrake/ledger";

/** The keys that a query or a body names: all of its fields must match. */
export function toKeyFilter(query: {
  status?: KeyFilter["status"] | undefined;
  vendor?: string | undefined;
  label_prefix?: string | undefined;
  budget?: string | undefined;
}): KeyFilter {
  return {
    ...(query.status === undefined ? {} : { status: query.status }),
    ...(query.vendor === undefined ? {} : { vendor: query.vendor }),
    ...(query.label_prefix === undefined ? {} : { labelPrefix: query.label_prefix }),
    ...(query.budget === undefined ? {} : { budget: query.budget }),
  };
}
