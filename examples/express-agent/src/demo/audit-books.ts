import type { Keybrake } from "@keybrake/core";

/** What the audit log says about the calls of a run. */
export interface AuditBooks {
  entries: number;
  allowed: number;
  refused: number;
  /** Of what was settled, in cents. */
  cents: number;
}

/** Reads every audit entry whose label begins so, page by page. */
export async function readAudit(keybrake: Keybrake, labelPrefix: string): Promise<AuditBooks> {
  const books: AuditBooks = { entries: 0, allowed: 0, refused: 0, cents: 0 };
  let startingAfter: string | undefined;
  for (;;) {
    const page = await keybrake.listAudit({
      labelPrefix,
      limit: 100,
      ...(startingAfter ? { startingAfter } : {}),
    });
    for (const entry of page.data) {
      books.entries++;
      books[entry.decision]++;
      books.cents += Math.round((entry.costUsd ?? 0) * 100);
    }
    startingAfter = page.data.at(-1)?.id;
    if (!page.hasMore) return books;
  }
}
