import { toUtcDay } from "../money/window.ts";
import { createMemoryStore } from "../stores/memory.ts";
import type { KeyPolicy, ReserveRequest, Settlement, Store } from "../stores/store.ts";
import type { Price } from "../vendors/price.ts";
import { createBooks } from "./books.ts";
import { createFakeVendor, type Taken, type VendorCall } from "./fake-vendor.ts";
import { createLawScope, LawBroken, type LawScope } from "./law-scope.ts";
import { BUDGET_NAMES, type BudgetPlan, type CallPlan, type KeyPlan } from "./store-steps.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const TENANT = "acme";

interface LawKey {
  id: string;
  plan: KeyPlan;
  /** Its own first, then those of the keys it was carved from, then its budgets'. */
  scopes: LawScope[];
  budgets: string[];
  expiresAt: number;
  revoked: boolean;
  parent: LawKey | undefined;
}

/** Tries that share a reservation, as the contract says which do. */
interface Group {
  id: string;
  at: number;
  wholeMicroUsd: number;
  state: "held" | "settled" | "released";
  /** A next try is a call of its own: the vendor did it twice, or may still do what was reconciled as not done. */
  closed: boolean;
  executedMicroUsd: number;
  open: number;
}

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
  createStore: (clock: () => number) => Store = createMemoryStore,
) {
  // Not at midnight, and not far from it.
  let now = Date.UTC(2026, 0, 15, 21);
  let count = 0;
  const store = createStore(() => now);
  const vendor = createFakeVendor();
  const books = createBooks();
  const keys: LawKey[] = [];
  const groups = new Map<string, Group>();
  const firstDays = new Map<string, number>();
  const open: Try[] = [];
  const ended: Try[] = [];
  const frozen = new Set<string>();
  const workedOn = new Map<string, Set<LawKey>>();
  const budgetScopes = new Map<string, LawScope>();

  for (const [index, name] of BUDGET_NAMES.entries()) {
    const caps = plans.budgets[index] ?? { dailyCap: null, totalCap: null };
    budgetScopes.set(name, createLawScope(`budget:${name}`, caps));
    await putCaps(name, caps);
  }
  for (const plan of plans.keys) await issue(plan);

  async function putCaps(name: string, { dailyCap, totalCap }: BudgetPlan): Promise<void> {
    await store.putBudget(TENANT, name, { dailyCapMicroUsd: dailyCap, totalCapMicroUsd: totalCap });
  }

  async function issue(plan: KeyPlan, parent?: LawKey): Promise<void> {
    const id = `key_${++count}`;
    // A shadow key passes every cap by its policy, so what it shares a budget with would not be held to it either.
    const budgets = plan.shadow ? [] : BUDGET_NAMES.filter((_name, index) => plan.budgets & (1 << index));
    const expiresAt = parent?.expiresAt ?? now + plan.lifeHours * HOUR_MS;
    const policy: KeyPolicy = {
      budgets,
      shadow: plan.shadow,
      accounts: [],
      allowRecurring: false,
      injectIdempotency: false,
      within: [],
      metadata: {},
      ...(plan.dailyCap === null ? {} : { dailyCapMicroUsd: plan.dailyCap }),
      ...(plan.totalCap === null ? {} : { totalCapMicroUsd: plan.totalCap }),
      ...(plan.maxPerCall === null ? {} : { maxMicroUsdPerCall: plan.maxPerCall }),
      ...(plan.maxCalls === null ? {} : { maxCalls: plan.maxCalls }),
    };
    const created = await store.createKey({
      id,
      tenant: TENANT,
      parentId: parent?.id ?? null,
      tokenHash: `hash_${id}`,
      label: id,
      vendor: "fake",
      mode: "live",
      policy,
      createdAt: now,
      expiresAt,
      maxExpiresAt: expiresAt,
      revokedAt: null,
    });
    if (created.status !== "created") return;
    const own = createLawScope(`key:${id}`, plan.shadow ? { dailyCap: null, totalCap: null } : plan);
    const above = parent?.scopes.filter(({ name }) => name.startsWith("key:")) ?? [];
    const scopes = [own, ...above, ...budgets.flatMap((name) => budgetScopes.get(name) ?? [])];
    keys.push({ id, plan, scopes, budgets, expiresAt, revoked: false, parent });
  }

  async function toCall(plan: CallPlan, key: LawKey): Promise<{ price: Price; call: VendorCall }> {
    const objects = vendor.listObjects();
    const object = objects[plan.object % (objects.length || 1)];
    const onObject = (plan.kind === "update" || plan.kind === "touch") && object !== undefined;
    let amountMicroUsd = plan.amount;
    if (plan.kind === "unpriced") amountMicroUsd = Math.min(plan.amount, key.plan.maxPerCall ?? 0);
    if (plan.kind === "touch" && onObject) {
      const known = await store.getExposure(TENANT, object.id);
      if (known !== undefined && known < object.exposureMicroUsd && open.length === 0)
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

  function join(replayId: string | undefined, wholeMicroUsd: number): Group {
    const found = replayId === undefined ? undefined : groups.get(replayId);
    const outgrown = found?.state === "held" && found.wholeMicroUsd < wholeMicroUsd;
    const over = found?.state === "released" || found?.closed || outgrown;
    if (found && !over && found.at > now - 23 * HOUR_MS) return found;
    const id = `group_${++count}`;
    const group: Group = {
      id,
      at: now,
      wholeMicroUsd,
      state: "held",
      closed: false,
      executedMicroUsd: 0,
      open: 0,
    };
    if (replayId !== undefined) groups.set(replayId, group);
    return group;
  }

  /** Reserves; gives the try where it was admitted. */
  async function begin(plan: CallPlan): Promise<Try | undefined> {
    const key = keys[plan.key % keys.length];
    if (!key) return undefined;
    const { price, call } = await toCall(plan, key);
    const { idempotencyKey, fingerprint } = call;
    const replayId = idempotencyKey === undefined ? undefined : `${key.id} ${idempotencyKey} ${fingerprint}`;
    const request: ReserveRequest = {
      attemptId: `try_${++count}`,
      keyId: key.id,
      price,
      ...(price.kind === "amount" && price.objectId !== undefined ? { objectId: price.objectId } : {}),
      ...(replayId === undefined ? {} : { replayId }),
    };
    const answer = await store.reserve(request);
    if (!answer.admitted) return undefined;
    const closed = key.revoked || key.expiresAt <= now || key.budgets.some((name) => frozen.has(name));
    if (closed) throw new LawBroken(`${key.id} is revoked, expired or frozen, and was admitted`);
    const firstDay = firstDays.get(replayId ?? "") ?? toUtcDay(now);
    if (replayId !== undefined) firstDays.set(replayId, firstDay);
    const whole = price.kind === "amount" ? price.microUsd : (key.plan.maxPerCall ?? 0);
    const group = join(replayId, whole);
    group.open++;
    const attempt: Try = { request, key, plan, call, group, firstDay, at: now };
    open.push(attempt);
    return attempt;
  }

  function take(attempt: Try): void {
    const { key, group, firstDay, call } = attempt;
    attempt.taken = vendor.take(call, now, (objectId, exposureMicroUsd) => {
      if (attempt.request.price.kind === "free") return;
      group.executedMicroUsd += exposureMicroUsd;
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
    const settlement = await store.settle(request.attemptId, outcome, toDraft(attempt));
    attempt.settlement = settlement;
    open.splice(open.indexOf(attempt), 1);
    ended.push(attempt);
    group.open--;
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
      if (!again && (foreign || outcome.costMicroUsd === null))
        for (const scope of key.scopes) scope.doubt(group.id);
      group.closed ||= again && outcome.kind === "effect" && settlement.notes.includes("overage");
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

  function toDraft({ request, key }: Try): Parameters<Store["settle"]>[2] {
    return {
      id: `aud_${request.attemptId}`,
      requestId: request.attemptId,
      at: now,
      tenant: TENANT,
      keyId: key.id,
      label: key.id,
      vendor: "fake",
      mode: "live",
      method: "POST",
      path: "/",
      decision: "allowed",
      code: null,
      wouldRefuse: null,
      status: 200,
      budgets: key.budgets,
      metadata: {},
      vendorRequestId: null,
      durationMs: 0,
    };
  }

  async function check(): Promise<void> {
    const atRest = open.length === 0;
    const yesterday = now - DAY_MS;
    for (const key of keys) {
      const state = await store.getKey(TENANT, key.id);
      if (!state) throw new LawBroken(`${key.id} is gone`);
      if (key.plan.maxCalls !== null && !key.plan.shadow && state.calls > key.plan.maxCalls)
        throw new LawBroken(`${key.id} made ${state.calls} calls`);
      key.scopes[0]?.check(books, now, state.spend, atRest);
    }
    for (const [name, scope] of budgetScopes) {
      const state = await store.getBudget(TENANT, name);
      if (state) scope.check(books, now, state.spend, atRest);
    }
    // The day before is looked at through the store's own clock; nothing is written meanwhile.
    const today = now;
    now = yesterday;
    for (const key of keys) {
      const state = await store.getKey(TENANT, key.id);
      if (state) key.scopes[0]?.checkEarlier(books, toUtcDay(yesterday), state.spend);
    }
    now = today;
  }

  return {
    store,
    begin,
    check,
    open,
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
    wait(ms: number): void {
      now += ms;
    },
    untilMidnight: (): number => (toUtcDay(now) + 1) * DAY_MS - now,
    async spendUnknown(hours: number): Promise<void> {
      if ((await store.spendUnknown(now - hours * HOUR_MS)) === 0) return;
      for (const { scopes } of keys) for (const scope of scopes) scope.doubt("swept");
      for (const group of groups.values()) if (group.at < now - hours * HOUR_MS) group.state = "settled";
    },
    async revoke(index: number): Promise<void> {
      const key = keys[index % keys.length];
      if (!key) return;
      const ids = await store.revokeKeys(TENANT, { id: key.id });
      for (const one of keys) one.revoked ||= ids.includes(one.id) || one.parent?.revoked === true;
    },
    async issueAgain(index: number): Promise<void> {
      const key = keys[index % keys.length];
      if (key && !key.parent && keys.length < 8) await issue(key.plan);
    },
    async carve(index: number, totalCap: number): Promise<void> {
      const parent = keys[index % keys.length];
      if (!parent || parent.plan.shadow || keys.length >= 8) return;
      await issue({ ...parent.plan, dailyCap: null, totalCap }, parent);
    },
    async freeze(index: number, isFrozen: boolean): Promise<void> {
      const name = BUDGET_NAMES[index % BUDGET_NAMES.length] ?? "team";
      await store.putBudget(TENANT, name, { frozen: isFrozen });
      if (isFrozen) frozen.add(name);
      else frozen.delete(name);
    },
    async cap(index: number, caps: BudgetPlan): Promise<void> {
      const name = BUDGET_NAMES[index % BUDGET_NAMES.length] ?? "team";
      const before = await store.getBudget(TENANT, name);
      if (before) budgetScopes.get(name)?.setCaps(caps, before.spend, toUtcDay(now));
      await putCaps(name, caps);
    },
    /** Somebody looks a charge up at the vendor, and writes what it has really cost. */
    async reconcile(index: number): Promise<void> {
      const candidates = ended.filter(
        ({ plan, settlement, group }) =>
          plan.kind === "charge" &&
          !group.closed &&
          ((settlement?.outcome === "unknown" && group.state === "held") ||
            settlement?.notes.includes("estimate")),
      );
      const found = candidates[index % (candidates.length || 1)];
      if (!found) return;
      const { group, key, request } = found;
      const entry = `aud_${request.attemptId}`;
      if (!(await store.resettle(TENANT, entry, group.executedMicroUsd, "reconciled"))) return;
      if (group.state === "held") group.closed = group.executedMicroUsd < group.wholeMicroUsd;
      group.state = "settled";
      for (const scope of key.scopes) scope.settleDoubt(group.id);
    },
    forget(index: number): void {
      const used = [...new Set(ended.flatMap(({ call }) => call.idempotencyKey ?? []))];
      const key = used[index % (used.length || 1)];
      const underWay = open.some(({ call }) => call.idempotencyKey === key);
      // Where an effect is in doubt and the vendor then does it once more, only the vendor can know.
      const inDoubt = ended.some(
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
        const { taken, settlement } = attempt;
        const same =
          taken && (await store.settle(attempt.request.attemptId, taken.outcome, toDraft(attempt)));
        if (JSON.stringify(same) !== JSON.stringify(settlement)) throw new LawBroken("settled twice");
      } else await store.reserve(attempt.request);
    },
  };
}
