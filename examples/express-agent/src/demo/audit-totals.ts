import type { Keybrake } from "@keybrake/core";

/** The audit entries of a run, counted. */
export interface AuditTotals {
  entries: number;
  allowed: number;
  refused: number;
  /** The settled cost, in cents. */
  cents: number;
}

/** Counts every audit entry whose label starts with the prefix, page by page. */
export async function readAudit(keybrake: Keybrake, labelPrefix: string): Promise<AuditTotals> {
  const totals: AuditTotals = { entries: 0, allowed: 0, refused: 0, cents: 0 };
  let startingAfter: string | undefined;
  for (;;) {
    const page = await keybrake.listAudit({
      labelPrefix,
      limit: 100,
      ...(startingAfter ? { startingAfter } : {}),
    });
    for (const entry of page.data) {
      totals.entries++;
      totals[entry.decision]++;
      totals.cents += Math.round((entry.costUsd ?? 0) * 100);
    }
    startingAfter = page.data.at(-1)?.id;
    if (!page.hasMore) return totals;
  }
}
