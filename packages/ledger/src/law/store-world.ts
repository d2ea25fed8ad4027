import type { CreateLedger } from "../cases.ts";
import { toUtcDay } from "../decide/window.ts";
import type { ReserveRequest, Settlement } from "../ledger.ts";
import { createMemoryLedger } from "../memory/create-memory-ledger.ts";
import type { Price } from "../price.ts";
import { createBooks } from "./books.ts";
import { createFakeVendor, type Taken, type VendorCall } from "./fake-vendor.ts";
import { createGroups, type Group } from "./groups.ts";
import { createHolders, type LawKey, TENANT } from "./holders.ts";
import { LawBroken } from "./law-scope.ts";
import type { BudgetPlan, CallPlan, KeyPlan } from "./store-steps.ts";
import { toDraft } from "./to-draft.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
// Longer than any call of a history is under way.
const GIVE_UP_AFTER_MS = HOUR_MS;

interface Try {
  request: ReserveRequest;
  key: LawKey;
  plan: CallPlan;
  call: VendorCall;
  group: Group;
  firstDay: number;
  at: number;
  taken?: Taken;
  settlement?: Settlement;
}

/** A store before a fake vendor that keeps its own books, and the verbs that histories are made of. */
export type StoreWorld = Awaited<ReturnType<typeof createStoreWorld>>;

/** Makes a world with these keys and budgets in it. */
export async function createStoreWorld(
  plans: { keys: readonly KeyPlan[]; budgets: readonly BudgetPlan[] },
  createStore: CreateLedger = createMemoryLedger,
) {
  // Not at midnight, and not far from it; a day and some hours before the end of a month.
  let now = Date.UTC(2026, 0, 30, 21);
  let count = 0;
  let store = await createStore(() => now);
  const vendor = createFakeVendor();
  const books = createBooks();
  const holders = await createHolders(
    () => store,
    () => now,
    plans,
  );
  const groups = createGroups(() => now);
  const firstDays = new Map<string, number>();
  const open: Try[] = [];
  /** Those whose process has ended, or seems to have: not yet given up, and given up. */
  const lost: Try[] = [];
  const givenUp: Try[] = [];
  const ended: Try[] = [];
  const workedOn = new Map<string, Set<LawKey>>();

  async function toCall(plan: CallPlan, key: LawKey): Promise<{ price: Price; call: VendorCall }> {
    const objects = vendor.listObjects();
    const object = objects[plan.object % (objects.length || 1)];
    const onObject = (plan.kind === "update" || plan.kind === "touch") && object !== undefined;
    let amountMicroUsd = plan.amount;
    if (plan.kind === "unpriced") amountMicroUsd = Math.min(plan.amount, key.plan.maxPerCall ?? 0);
    if (plan.kind === "touch" && onObject) {
      const known = await store.getExposure(TENANT, object.id);
      if (known !== undefined && known < object.exposureMicroUsd && isAtRest())
        throw new LawBroken(`${object.id} stands for ${object.exposureMicroUsd}, the ledger knows ${known}`);
      amountMicroUsd = known ?? object.exposureMicroUsd;
    }
    const own = plan.idempotency <= 3 ? `${key.id}-${plan.idempotency}` : `shared-${plan.idempotency}`;
    const said = plan.kind === "touch" && onObject ? "" : plan.amount;
    // What has no price has no proven bound either: a vendor that takes more than the caller's own bound is no breach.
    const fate = plan.kind === "unpriced" && plan.fate === "more" ? "done" : plan.fate;
    return {
      price:
        plan.kind === "unpriced"
          ? { kind: "unpriced" }
          : plan.kind === "free"
            ? { kind: "free" }
            : { kind: "amount", microUsd: amountMicroUsd, ...(onObject ? { objectId: object.id } : {}) },
      call: {
        keyId: key.id,
        fate,
        amountMicroUsd,
        makesObject: ["create", "update", "touch"].includes(plan.kind),
        fingerprint: `${plan.kind} ${said} ${onObject ? object.id : ""}`,
        ...(onObject ? { objectId: object.id } : {}),
        ...(onObject && plan.kind === "touch" ? { asItStands: true } : {}),
        ...(plan.idempotency === 0 || plan.kind === "free" ? {} : { idempotencyKey: own }),
      },
    };
  }

  /** Reserves; gives the try where it was admitted. */
  async function begin(plan: CallPlan): Promise<Try | undefined> {
    const key = holders.pick(plan.key);
    if (!key) return undefined;
    const { price, call } = await toCall(plan, key);
    const { idempotencyKey, fingerprint } = call;
    const replayId = idempotencyKey === undefined ? undefined : `${key.id} ${idempotencyKey} ${fingerprint}`;
    const attemptId = `try_${++count}`;
    const request: ReserveRequest = {
      attemptId,
      keyId: key.id,
      price,
      giveUpAfterMs: GIVE_UP_AFTER_MS,
      abandoned: toDraft(attemptId, key, now),
      ...(price.kind === "amount" && price.objectId !== undefined ? { objectId: price.objectId } : {}),
      ...(replayId === undefined ? {} : { replayId }),
    };
    const answer = await store.reserve(request);
    if (!answer.admitted) return undefined;
    if (holders.isClosed(key))
      throw new LawBroken(`${key.id} is revoked, expired or frozen, and was admitted`);
    const firstDay = firstDays.get(replayId ?? "") ?? toUtcDay(now);
    if (replayId !== undefined) firstDays.set(replayId, firstDay);
    const whole = price.kind === "amount" ? price.microUsd : (key.plan.maxPerCall ?? 0);
    const group = groups.join(replayId, whole);
    const attempt: Try = { request, key, plan, call, group, firstDay, at: now };
    open.push(attempt);
    return attempt;
  }

  function take(attempt: Try): void {
    const { key, group, firstDay, call } = attempt;
    attempt.taken = vendor.take(call, now, (objectId, exposureMicroUsd) => {
      if (attempt.request.price.kind === "free") return;
      group.executedMicroUsd += exposureMicroUsd;
      group.executions++;
      const scopes = key.scopes.map(({ name }) => name);
      if (call.makesObject) workedOn.set(objectId, (workedOn.get(objectId) ?? new Set()).add(key));
      books.enter(scopes, { objectId, exposureMicroUsd, firstDay, day: toUtcDay(now) });
    });
  }

  async function settle(attempt: Try): Promise<void> {
    const { request, key, group, taken, plan } = attempt;
    if (!taken || attempt.settlement) return;
    const { outcome } = taken;
    doubtFamily(attempt);
    if ("objectId" in outcome && plan.kind === "unpriced") {
      outcome.costMicroUsd = null;
      delete outcome.objectId;
    }
    const settlement = await store.settle(request.attemptId, outcome, toDraft(request.attemptId, key, now));
    attempt.settlement = settlement;
    for (const list of [open, lost, givenUp])
      if (list.includes(attempt)) list.splice(list.indexOf(attempt), 1);
    ended.push(attempt);
    if (plan.kind === "free") return;
    // Told of what another had done, the ledger counts it on this day: its own later work on it adds nothing.
    if (taken.replayed && "objectId" in outcome && outcome.objectId !== undefined) {
      const { objectId } = outcome;
      const names = key.scopes.map(({ name }) => name);
      books.enter(names, { objectId, exposureMicroUsd: 0, firstDay: attempt.firstDay, day: toUtcDay(now) });
    }
    const again = group.state === "settled";
    const cost = "costMicroUsd" in outcome ? (outcome.costMicroUsd ?? group.wholeMicroUsd) : 0;
    if (settlement.notes.includes("overage")) {
      const excess = again ? cost : Math.max(0, cost - group.wholeMicroUsd);
      for (const scope of key.scopes) scope.allow(toUtcDay(group.at), excess);
    }
    if (outcome.kind === "effect" || outcome.kind === "replayed") {
      const foreign = taken.replayed && group.executedMicroUsd === 0;
      if (outcome.costMicroUsd === null || (foreign && !again))
        for (const scope of key.scopes) scope.doubt(group.id);
      const counted = settlement.costMicroUsd ?? 0;
      // A replay that was heard before the answer that it repeats may be counted beside it.
      if (counted > 0) group.counts++;
      if (group.counts > group.executions) for (const scope of key.scopes) scope.doubt(`${group.id} twice`);
      group.closed ||= again && outcome.kind === "effect" && settlement.notes.includes("overage");
      group.closed ||= !again && counted < (outcome.costMicroUsd ?? 0);
      group.state = "settled";
    }
    if (settlement.outcome === "released") group.state = "released";
  }

  /** A key and one carved from it each count an object that both work on, and so the key above counts it twice. */
  function doubtFamily({ key, call: { objectId } }: Try): void {
    if (objectId === undefined) return;
    const workers = workedOn.get(objectId) ?? new Set<LawKey>();
    workedOn.set(objectId, workers.add(key));
    for (const worker of workers) {
      if (worker === key) continue;
      for (const scope of key.scopes)
        if (scope.name.startsWith("key:") && worker.scopes.includes(scope)) scope.doubt(objectId);
    }
  }

  function pickPlan(tries: Try[], index: number, suits: (attempt: Try) => boolean): CallPlan | undefined {
    const suited = tries.filter(suits);
    const found = suited[index % (suited.length || 1)];
    const object = vendor.listObjects().findIndex(({ id }) => id === found?.call.objectId);
    return found && { ...found.plan, object: object < 0 ? found.plan.object : object };
  }

  const isAtRest = (): boolean => open.length + lost.length === 0;

  async function check(): Promise<void> {
    await holders.check(books, isAtRest());
    // The day before is looked at through the ledger's own clock; nothing is written meanwhile.
    const today = now;
    now -= DAY_MS;
    await holders.checkEarlier(books);
    now = today;
  }

  return {
    holders,
    begin,
    check,
    open,
    close: () => store.close(),
    /** One of the last calls that an agent might try again under its idempotency key, or tries twice at once. */
    pickRetry: (index: number) =>
      pickPlan(
        [...ended.slice(-3), ...open.slice(-3), ...lost.slice(-3), ...givenUp.slice(-3)],
        index,
        ({ call }) => call.idempotencyKey !== undefined,
      ),
    /** One of the last calls on an object whose outcome nobody knows. */
    pickDoubtful: (index: number) =>
      pickPlan([...ended.slice(-6), ...givenUp.slice(-3)], index, ({ call, taken }) => {
        return call.objectId !== undefined && taken?.outcome.kind === "unknown";
      }),
    /** The next thing that happens to a call under way: the vendor takes it, or its outcome is settled. */
    async goOn(attempt: Try): Promise<void> {
      if (attempt.taken) await settle(attempt);
      else take(attempt);
      if (attempt.taken?.beyond) await settle(attempt);
    },
    async finish(attempt: Try): Promise<void> {
      if (!attempt.taken) take(attempt);
      await settle(attempt);
    },
    async die(reached: number): Promise<void> {
      for (const [index, attempt] of [...open].entries()) {
        if (!attempt.taken && reached & (1 << (index % 8))) take(attempt);
        if (attempt.taken?.beyond) await settle(attempt);
        else {
          doubtFamily(attempt);
          lost.push(...open.splice(open.indexOf(attempt), 1));
        }
      }
      store = (await createStore.reopen?.(store)) ?? store;
    },
    /** Lets the time of all that is lost run out. */
    async giveUp(): Promise<void> {
      now += GIVE_UP_AFTER_MS;
      const count = await store.endOverdue();
      if (count !== lost.length) throw new LawBroken(`${lost.length} tries are lost, ${count} were given up`);
      givenUp.push(...lost.splice(0));
    },
    async endLate(index: number): Promise<void> {
      // Once the money of a call is decided, the ledger need not remember its tries.
      const unknown = await store.listAudit(TENANT, { outcome: "unknown" }, { limit: 1000 });
      const open = new Set(unknown.items.map(({ requestId }) => requestId));
      const candidates = [...lost, ...givenUp.filter(({ request }) => open.has(request.attemptId))].filter(
        ({ taken }) => taken,
      );
      const found = candidates[index % (candidates.length || 1)];
      if (found) await settle(found);
    },
    wait(ms: number): void {
      now += ms;
    },
    untilMidnight: (): number => (toUtcDay(now) + 1) * DAY_MS - now,
    async spendUnknown(hours: number): Promise<void> {
      const before = now - hours * HOUR_MS;
      if ((await store.spendUnknown(before)) === 0) return;
      for (const { scopes } of holders.keys) for (const scope of scopes) scope.doubt("swept");
      groups.sweep(before);
    },
    /** Somebody looks a charge up at the vendor, and writes what it has really cost. */
    async reconcile(index: number): Promise<void> {
      const candidates = [...ended.slice(-12), ...givenUp.slice(-6)].filter(
        ({ plan, settlement, group }) =>
          plan.kind === "charge" &&
          !group.closed &&
          (((!settlement || settlement.outcome === "unknown") && group.state === "held") ||
            settlement?.notes.includes("estimate")),
      );
      const found = candidates[index % (candidates.length || 1)];
      if (!found) return;
      const { group, key, request } = found;
      const entry = `aud_${request.attemptId}`;
      if (!(await store.resettle(TENANT, entry, group.executedMicroUsd, "reconciled"))) return;
      group.closed ||= group.executedMicroUsd < group.wholeMicroUsd;
      group.state = "settled";
      for (const scope of key.scopes) scope.settleDoubt(group.id);
    },
    forget(index: number): void {
      const used = [...new Set(ended.flatMap(({ call }) => call.idempotencyKey ?? []))];
      const key = used[index % (used.length || 1)];
      const underWay = [...open, ...lost].some(({ call }) => call.idempotencyKey === key);
      // Where an effect is in doubt and the vendor then does it once more, only the vendor can know.
      const inDoubt = [...ended, ...givenUp].some(
        ({ call, group }) =>
          call.idempotencyKey === key && group.state === "held" && group.executedMicroUsd > 0,
      );
      if (key !== undefined && !underWay && !inDoubt) vendor.forget(key);
    },
    /** Whoever got no answer of the ledger asks again: nothing may change. */
    async again(index: number): Promise<void> {
      const attempt = [...open, ...ended.slice(-3)][index];
      // The ledger remembers a try that is over for ten minutes.
      if (!attempt || attempt.at < now - 540_000) return;
      if (attempt.settlement) {
        const { taken, settlement, request, key } = attempt;
        const draft = toDraft(request.attemptId, key, now);
        const same = taken && (await store.settle(request.attemptId, taken.outcome, draft));
        if (JSON.stringify(same) !== JSON.stringify(settlement)) throw new LawBroken("settled twice");
      } else await store.reserve(attempt.request);
    },
  };
}
