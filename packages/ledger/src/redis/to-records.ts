import type {
  AncestorState,
  AuditDraft,
  AuditNote,
  AuditRecord,
  BudgetState,
  KeyRecord,
  KeyState,
  LimitRefusal,
  Settlement,
  Spend,
} from "../ledger.ts";
import type { Reply } from "./script-runner.ts";

// The answers of the scripts, in the order in which their headers and rules/answers.lua give them.
type KeyReply = [record: string, expiresAt: number, revokedAt: number | null, frozen: 0 | 1, changes: number];
type CountedReply = [key: KeyReply, calls: number, recentCalls: string[], spend: SpendReply];
type SpendReply = [
  daily: number,
  dailyHeld: number,
  monthly: number,
  monthlyHeld: number,
  total: number,
  held: number,
  unknown: number,
  exposure: number,
];
type BudgetReply = [
  name: string,
  dailyCap: number | null,
  monthlyCap: number | null,
  totalCap: number | null,
  frozen: 0 | 1,
  spend: SpendReply,
];
type SettlementReply = [
  outcome: Settlement["outcome"],
  reserved: number,
  cost: number | null,
  remaining: number | null,
  notes: string,
];

/** A key without what stands in fields of its own. */
export function toStoredRecord(key: KeyRecord): string {
  const { expiresAt: _end, revokedAt: _revoked, frozen: _frozen, changes: _changes, ...record } = key;
  return JSON.stringify(record);
}

export function toKeyRecord(reply: Reply): KeyRecord {
  const [record, expiresAt, revokedAt, frozen, changes] = reply as KeyReply;
  return { ...(JSON.parse(record) as KeyRecord), expiresAt, revokedAt, frozen: frozen === 1, changes };
}

export function toKeyState([key, spend, budgets, ancestors, frozenBy]: Reply[]): KeyState {
  return {
    ...toCounted(key as CountedReply),
    spend: toSpend(spend as SpendReply),
    budgets: (budgets as BudgetReply[]).map(toBudgetState),
    ancestors: (ancestors as CountedReply[]).map(toCounted),
    frozenBy: frozenBy as string | null,
  };
}

function toCounted([key, calls, recentCalls, spend]: CountedReply): AncestorState {
  return { record: toKeyRecord(key), calls, recentCalls: recentCalls.map(Number), spend: toSpend(spend) };
}

function toSpend(reply: SpendReply): Spend {
  const [daily, dailyHeld, monthly, monthlyHeld, total, held, unknown, exposure] = reply;
  return {
    dailyMicroUsd: daily,
    dailyHeldMicroUsd: dailyHeld,
    monthlyMicroUsd: monthly,
    monthlyHeldMicroUsd: monthlyHeld,
    totalMicroUsd: total,
    heldMicroUsd: held,
    unknownMicroUsd: unknown,
    exposureMicroUsd: exposure,
  };
}

export function toBudgetState(reply: Reply): BudgetState {
  const [name, dailyCapMicroUsd, monthlyCapMicroUsd, totalCapMicroUsd, frozen, spend] = reply as BudgetReply;
  const caps = { dailyCapMicroUsd, monthlyCapMicroUsd, totalCapMicroUsd };
  return { name, ...caps, frozen: frozen === 1, spend: toSpend(spend) };
}

export function toLimitRefusal(reply: Reply): LimitRefusal {
  const flat = reply as (string | number)[];
  const pairs = flat.flatMap((name, index) => (index % 2 === 0 ? [[name, flat[index + 1]]] : []));
  const { stated, ...refusal } = Object.fromEntries(pairs);
  return { ...refusal, ...(stated === 1 ? { stated: true } : {}) } as LimitRefusal;
}

export function toSettlement(reply: Reply): Settlement {
  const [outcome, reservedMicroUsd, costMicroUsd, remainingMicroUsd, notes] = reply as SettlementReply;
  return { outcome, reservedMicroUsd, costMicroUsd, remainingMicroUsd, notes: toNotes(notes) };
}

/** An entry is the lines that may be corrected, and then the draft without what they say. */
export function toStoredDraft({ id: _id, durationMs: _duration, ...draft }: AuditDraft): string {
  return JSON.stringify(draft);
}

export function toAuditRecord(id: string, text: string): AuditRecord {
  const [outcome = "", reserved, cost = "", notes = "", _reservation, _keptUntil, durationMs, draft = ""] =
    text.split("\n");
  return {
    ...(JSON.parse(draft) as Omit<AuditDraft, "id" | "durationMs">),
    id,
    durationMs: Number(durationMs),
    outcome: outcome as AuditRecord["outcome"],
    reservedMicroUsd: Number(reserved),
    costMicroUsd: cost === "" ? null : Number(cost),
    notes: toNotes(notes),
  };
}

function toNotes(text: string): AuditNote[] {
  return text === "" ? [] : (text.split(",") as AuditNote[]);
}
