import { request } from "node:http";
import { toUtcDay } from "@keybrake/ledger";
import { createBooks, createLawScope, type LawScope } from "@keybrake/ledger/law";
import type { LedgerEntry } from "@keybrake/sandbox";
import { type FormFields, type IssuedKey, startForTest, type TestBench, toForm } from "../start-for-test.ts";
import { until } from "../until.ts";
import type { HttpCall, HttpHistory, HttpKeyPlan } from "./http-steps.ts";

const TENANT = "acme";
const BUDGET = "user:42";
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Micro-USD for one of the smallest unit, by rates of the law's own. */
const WORTH = { usd: 10_000, eur: 11_000, jpy: 6_700 } as const;
const FX = { EUR: 1.1, JPY: 0.0067 };
/** Long enough for a sandbox on a busy machine; what is taken for lost is held, and the law holds all the same. */
const UPSTREAM_TIMEOUT_MS = 200;

interface LawKey {
  key: IssuedKey;
  plan: HttpKeyPlan;
  scopes: LawScope[];
}

/** The whole proxy before the sandbox Stripe, which keeps its own ledger, over HTTP on both sides. */
export interface HttpWorld {
  bench: TestBench;
  call(plan: HttpCall): Promise<void>;
  callOverMidnight(plan: HttpCall): Promise<void>;
  revoke(index: number): Promise<void>;
  wait(hours: number): void;
  spendUnknown(): Promise<void>;
  freeze(frozen: boolean): Promise<void>;
  reconcile(which: number): Promise<void>;
  check(): Promise<void>;
}

export async function createHttpWorld({ keys: plans, budgetUsd, faults }: HttpHistory): Promise<HttpWorld> {
  const limits = { upstream_timeout_ms: UPSTREAM_TIMEOUT_MS, max_expires_in: "60d", max_lifetime: "60d" };
  const bench = await startForTest({ config: { fx: FX, limits } });
  let offsetMs = 0;
  const now = (): number => Date.now() + offsetMs;
  const books = createBooks();
  const firstDays = new Map<string, number>();
  const keys: LawKey[] = [];
  const budget = createLawScope(`budget:${BUDGET}`, { dailyCap: null, totalCap: budgetUsd * 1_000_000 });
  let count = 0;
  let read = 0;
  let allowed = 0;
  let inexact = faults;

  // Far from midnight, whatever the time is here.
  move(DAY_MS - (now() % DAY_MS) + 12 * HOUR_MS);
  await bench.control("PUT", `/v1/budgets/${BUDGET}`, { total_usd_cap: budgetUsd });
  for (const plan of plans) {
    const key = await bench.issue({
      daily_usd_cap: plan.dailyUsd,
      total_usd_cap: plan.totalUsd,
      expires_in: "60d",
      ...(plan.maxPerCallUsd === null ? {} : { max_usd_per_call: plan.maxPerCallUsd }),
      ...(plan.maxCalls === null ? {} : { max_calls: plan.maxCalls }),
      ...(plan.budget ? { budgets: [BUDGET] } : {}),
    });
    const caps = { dailyCap: plan.dailyUsd * 1_000_000, totalCap: plan.totalUsd * 1_000_000 };
    const own = createLawScope(`key:${keys.length}`, caps);
    keys.push({ key, plan, scopes: plan.budget ? [own, budget] : [own] });
  }

  function move(ms: number): void {
    offsetMs += ms;
    bench.advance(ms);
  }

  const listIds = (prefix: string): string[] => {
    const ids = bench.sandbox.ledger().entries.map(({ objectId }) => objectId);
    return [...new Set(ids)].filter((id) => id.startsWith(prefix));
  };

  function toRequest(plan: HttpCall, index: number): { path: string; fields: FormFields; name: string } {
    const { kind, amount, currency, confirm, manual, declined, object } = plan;
    const pick = (prefix: string): string => {
      const ids = listIds(prefix);
      return ids[object % (ids.length || 1)] ?? `${prefix}none`;
    };
    // What the vendor enters for a call is told by the call's own name, in its metadata or idempotency key.
    const mark = { "metadata[law]": index };
    const card = declined ? "chargeDeclined" : "visa";
    const own = `${index}.${plan.idempotency}`;
    const name = plan.idempotency === 0 ? "" : own;
    const always = plan.idempotency === 0 ? `${index}.n${++count}` : own;
    const intentId = pick("pi_");
    const intent = `/v1/payment_intents/${intentId}`;
    // Whoever works on another's intent counts all of it, even where nothing about it changes.
    const maker = bench.sandbox.ledger().entries.find(({ objectId }) => objectId === intentId)?.metadata.law;
    const worksOnIntent = ["update", "confirm", "capture", "increment"].includes(kind);
    if (worksOnIntent && maker !== undefined && maker !== String(index)) inexact = true;
    switch (kind) {
      case "create": {
        const pay = confirm ? { confirm: "true", payment_method: `pm_card_${card}` } : {};
        const capture = manual ? { capture_method: "manual" } : {};
        return {
          path: "/v1/payment_intents",
          fields: { amount, currency, ...pay, ...capture, ...mark },
          name,
        };
      }
      case "charge":
        return { path: "/v1/charges", fields: { amount, currency, source: `tok_${card}`, ...mark }, name };
      case "refund":
        return {
          path: "/v1/refunds",
          fields: { charge: pick("ch_"), ...(manual ? { amount } : {}), ...mark },
          name,
        };
      case "update":
        return { path: intent, fields: { amount, ...mark }, name: always };
      case "confirm":
        return { path: `${intent}/confirm`, fields: { payment_method: `pm_card_${card}` }, name: always };
      case "capture":
        return {
          path: `${intent}/capture`,
          fields: manual ? { amount_to_capture: amount } : {},
          name: always,
        };
      case "increment":
        return { path: `${intent}/increment_authorization`, fields: { amount }, name: always };
      case "cancel":
        return { path: `${intent}/cancel`, fields: {}, name: always };
      case "read":
        return { path: intent, fields: {}, name: "" };
    }
  }

  async function call(plan: HttpCall): Promise<void> {
    const index = plan.key % keys.length;
    const own = keys[index];
    if (!own) return;
    const { path, fields, name } = toRequest(plan, index);
    const method = plan.kind === "read" ? "GET" : "POST";
    if (faults && plan.fault !== null)
      bench.sandbox.fail(toFault(plan.fault, method === "GET" ? 500 : plan.status, { method, path }));
    if (name !== "" && !firstDays.has(name)) firstDays.set(name, toUtcDay(now()));
    const headers = {
      authorization: `Bearer ${own.key.token}`,
      ...(method === "POST" ? { "content-type": "application/x-www-form-urlencoded" } : {}),
      ...(name === "" ? {} : { "idempotency-key": name }),
    };
    const body = method === "POST" ? toForm(fields) : undefined;
    if (faults && plan.leaves) await sendAndLeave(bench.port, method, `/stripe${path}`, headers, body);
    else await send(method, `/stripe${path}`, { headers, ...(body === undefined ? {} : { body }) });
  }

  /** The caller of a key that is revoked meanwhile may be cut off: what counts is what the vendor did. */
  async function send(...call: Parameters<TestBench["send"]>): Promise<void> {
    await bench.send(...call).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ECONNRESET") throw error;
    });
  }

  /** Reads what the vendor has entered since, and what the proxy has noted as overage. */
  async function keepBooks(): Promise<void> {
    const { entries } = bench.sandbox.ledger();
    for (const entry of entries.slice(read)) {
      const done = toDone(entry, firstDays);
      const index = Number.parseInt(entry.idempotencyKey ?? entry.metadata.law ?? "", 10);
      const names = keys[index]?.scopes.map(({ name }) => name);
      if (!names) throw new Error(`nobody made ${JSON.stringify(entry)}`);
      if (done) books.enter(names, done);
    }
    read = entries.length;
    const records = await bench.audit();
    for (const record of records.slice(allowed)) {
      if (!record.notes.includes("overage")) continue;
      const excess = (record.costMicroUsd ?? 0) - record.reservedMicroUsd;
      const scopes = keys.find(({ key }) => key.id === record.keyId)?.scopes ?? [];
      for (const scope of scopes) scope.allow(toUtcDay(record.at), excess);
    }
    allowed = records.length;
  }

  async function settled(): Promise<void> {
    await until("no call is under way", async () => {
      const open = await Promise.all(keys.map(({ key }) => bench.store.listInFlight(TENANT, key.id)));
      return open.flat().length === 0;
    });
  }

  return {
    bench,
    call,
    async callOverMidnight(plan) {
      const before = bench.sandbox.requests().length;
      const answered = call({ ...plan, leaves: false });
      const ended = answered.then(() => true);
      await until(
        "the vendor has the call",
        async () => bench.sandbox.requests().length > before || (await Promise.race([ended, false])),
      );
      move(DAY_MS - (now() % DAY_MS) + 1000);
      inexact = true;
      await answered;
    },
    async revoke(index) {
      const own = keys[index % keys.length];
      if (!own) return;
      await bench.control("DELETE", `/v1/keys/${own.key.id}`);
    },
    wait(hours) {
      move(hours * HOUR_MS);
      // A key that is used again after 23 h is counted for safety, and the vendor may still replay it.
      if (hours > 1) inexact = true;
    },
    async spendUnknown() {
      if ((await bench.store.spendUnknown(now())) > 0) inexact = true;
    },
    freeze: async (frozen) => void (await bench.control("PUT", `/v1/budgets/${BUDGET}`, { frozen })),
    /** Looks a charge without idempotency key up at the vendor. */
    async reconcile(which) {
      const unknown = (await bench.audit()).filter(
        ({ outcome, path }) => outcome === "unknown" && path === "/v1/charges",
      );
      const record = unknown[which % (unknown.length || 1)];
      // Whether it was done can't be told of one among many; what it may have cost at most can.
      if (record) await bench.store.resettle(TENANT, record.id, record.reservedMicroUsd, "reconciled");
      inexact = true;
    },
    async check() {
      await settled();
      await keepBooks();
      for (const { key, scopes } of keys) {
        const state = await bench.store.getKey(TENANT, key.id);
        if (state) scopes[0]?.check(books, now(), state.spend, !inexact);
      }
      const state = await bench.store.getBudget(TENANT, BUDGET);
      if (state) budget.check(books, now(), state.spend, !inexact);
    },
  };
}

function toFault(
  kind: NonNullable<HttpCall["fault"]>,
  status: number,
  match: object,
): Parameters<TestBench["sandbox"]["fail"]>[0] {
  if (kind === "status") return { kind, status, match };
  // A vendor that did the work and says in so many words that it did not can't be found out.
  if (kind === "status_after_effect") return { kind, status: Math.max(status, 500), match };
  if (kind === "delay" || kind === "slow_body") return { kind, ms: 1, match };
  return { kind, match };
}

function toDone(
  entry: LedgerEntry,
  firstDays: ReadonlyMap<string, number>,
): Parameters<ReturnType<typeof createBooks>["enter"]>[1] | undefined {
  const { kind, addedMinor, amountMinor, currency, objectId, idempotencyKey = "" } = entry;
  // An intent whose payer was declined in the call that made it, and one that is canceled, stand for nothing.
  if (kind === "payment_intent.canceled" || (kind === "payment_intent.created" && addedMinor === 0))
    return undefined;
  const worth = currency === "eur" || currency === "jpy" ? WORTH[currency] : WORTH.usd;
  const day = toUtcDay(Date.parse(entry.at));
  const firstDay = firstDays.get(idempotencyKey) ?? day;
  return { objectId, exposureMicroUsd: amountMinor * worth, firstDay, day };
}

/** A caller who goes away as soon as its call is sent. */
function sendAndLeave(
  port: number,
  method: string,
  path: string,
  headers: Record<string, string>,
  body = "",
): Promise<void> {
  return new Promise((resolve) => {
    const sent = request({
      host: "127.0.0.1",
      port,
      method,
      path,
      headers: { ...headers, "content-length": Buffer.byteLength(body) },
    });
    sent.on("error", () => {});
    sent.on("close", resolve);
    sent.on("response", () => sent.destroy());
    sent.end(body, () => setTimeout(() => sent.destroy(), 5));
  });
}
