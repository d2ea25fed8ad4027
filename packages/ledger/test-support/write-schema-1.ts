import { DatabaseSync } from "node:sqlite";
import type { AuditRecord } from "../src/ledger.ts";
import { migrate } from "../src/sqlite/migrate.ts";

/** When the ledger of the first schema was written. */
export const WRITTEN_AT = Date.UTC(2026, 0, 15, 12);

const USD = 1_000_000;
const DAY = Math.floor(WRITTEN_AT / 86_400_000);
const REPLAY_ID = "the-same-call";

/**
 * A ledger of the first schema, as the first version wrote it. One key with a total cap of 100 USD, in one budget:
 * 20 USD are spent on the object `stripe:live::pi_1`, 30 are in doubt, and 5 are held for a try that is under way.
 */
export function writeSchema1(file: string): void {
  const database = new DatabaseSync(file);
  migrate(database, file, 1);
  const insert = (table: string, row: Record<string, string | number | null>): void => {
    const names = Object.keys(row);
    database
      .prepare(`INSERT INTO ${table} (${names.join(", ")}) VALUES (${names.map(() => "?").join(", ")})`)
      .run(...Object.values(row));
  };
  for (const account of [1, 2]) {
    insert("accounts", { id: account, total: 20 * USD, held: 35 * USD, unknown: 30 * USD });
    insert("account_days", { account, day: DAY, spent: 20 * USD, held: 35 * USD });
    insert("account_objects", { account, object: "stripe:live::pi_1", micro_usd: 20 * USD });
  }
  insert("keys", {
    id: "key_1",
    tenant: "acme",
    parent: null,
    token_hash: "hash_1",
    label: "agent-1",
    vendor: "stripe",
    mode: "live",
    policy: JSON.stringify({
      totalCapMicroUsd: 100 * USD,
      budgets: ["team"],
      shadow: false,
      accounts: [],
      allowRecurring: false,
      injectIdempotency: false,
      within: [],
      metadata: {},
    }),
    created_at: WRITTEN_AT,
    expires_at: WRITTEN_AT + 3_600_000,
    max_expires_at: WRITTEN_AT + 3_600_000,
    revoked_at: null,
    account: 1,
    calls: 3,
  });
  insert("budgets", { tenant: "acme", name: "team", account: 2, daily_cap: 90 * USD, total_cap: null });
  insert("objects", { tenant: "acme", object: "stripe:live::pi_1", micro_usd: 20 * USD, told: 1 });
  const share = (held: number, spent: number): string =>
    JSON.stringify([1, 2].map((account) => [account, held * USD, spent * USD]));
  const reservations = [
    {
      id: 1,
      state: "settled",
      whole: 20,
      tainted: 0,
      open_tries: 0,
      shares: share(20, 20),
      entries: ["aud_1"],
    },
    { id: 2, state: "held", whole: 30, tainted: 1, open_tries: 0, shares: share(30, 0), entries: ["aud_2"] },
    { id: 3, state: "held", whole: 5, tainted: 0, open_tries: 1, shares: share(5, 0), entries: [] },
  ];
  for (const { id, whole, entries, ...fields } of reservations) {
    insert("reservations", {
      id,
      day: DAY,
      whole: whole * USD,
      object: null,
      spends: 1,
      closed: 0,
      awaits_original: 0,
      follows: 0,
      at: WRITTEN_AT,
      entries: JSON.stringify(entries),
      ...fields,
    });
  }
  insert("tries", {
    id: "try_3",
    key: "key_1",
    reservation: 3,
    answer: JSON.stringify({
      admitted: true,
      reservedMicroUsd: 5 * USD,
      remainingMicroUsd: 45 * USD,
      wouldRefuse: null,
    }),
    at: WRITTEN_AT,
    deadline: WRITTEN_AT + 60_000,
    abandoned: JSON.stringify(toEntry("aud_3")),
  });
  insert("replays", { id: REPLAY_ID, reservation: 3, at: WRITTEN_AT });
  for (const [id, outcome, cost, reservation] of [
    ["aud_1", "settled", 20 * USD, 1],
    ["aud_2", "unknown", null, 2],
  ] as const) {
    const record: AuditRecord = {
      ...toEntry(id),
      outcome,
      reservedMicroUsd: (cost ?? 30 * USD) as number,
      costMicroUsd: cost,
      notes: [],
    };
    const { tenant, keyId, label, vendor, decision, at } = record;
    const columns = { id, tenant, key: keyId, label, vendor, decision, outcome, at, reservation };
    insert("audit", { ...columns, record: JSON.stringify(record) });
  }
  database.close();
}

function toEntry(id: string): Omit<AuditRecord, "outcome" | "reservedMicroUsd" | "costMicroUsd" | "notes"> {
  return {
    id,
    requestId: `req_${id}`,
    at: WRITTEN_AT,
    tenant: "acme",
    keyId: "key_1",
    label: "agent-1",
    vendor: "stripe",
    mode: "live",
    method: "POST",
    path: "/v1/charges",
    decision: "allowed",
    code: null,
    wouldRefuse: null,
    status: 200,
    budgets: ["team"],
    metadata: {},
    vendorRequestId: null,
    durationMs: 1,
  };
}
