import { toUtcDay } from "../decide/window.ts";
import type { FreezeRecord, KeyScope } from "../freeze.ts";
import type { KeyChanges, KeyPolicy, Ledger, Spend } from "../ledger.ts";
import type { Books } from "./books.ts";
import { createLawScope, LawBroken, type LawScope } from "./law-scope.ts";
import { BUDGET_NAMES, type BudgetPlan, type ChangePlan, type KeyPlan } from "./store-steps.ts";

const HOUR_MS = 3_600_000;
const MOST_KEYS = 8;
export const TENANT = "acme";

export interface LawKey {
  id: string;
  plan: KeyPlan;
  /** Its own first, then those of the keys it was carved from, then its budgets'. */
  scopes: LawScope[];
  budgets: string[];
  expiresAt: number;
  revoked: boolean;
  frozen: boolean;
  /** Its caps were changed: what is set aside for keys carved from it may be more than they allow now. */
  changed: boolean;
  parent: LawKey | undefined;
}

/** The keys and budgets of a history, in the ledger and as the law sees them. */
export interface Holders {
  readonly keys: readonly LawKey[];
  pick(index: number): LawKey | undefined;
  /** Whether no call of a key may be admitted now, by what was told to the ledger. */
  isClosed(key: LawKey): boolean;
  revoke(index: number): Promise<void>;
  /** Issues one more key with the policy of another. */
  issueAgain(index: number): Promise<void>;
  carve(index: number, totalCap: number): Promise<void>;
  change(index: number, change: ChangePlan): Promise<void>;
  freeze(index: number, frozen: boolean): Promise<void>;
  /** Freezes the keys whose label begins as that of a key, and perhaps only those on a budget; or all keys. */
  brake(key: number, budget: number, all: boolean): Promise<void>;
  lift(index: number): Promise<void>;
  cap(index: number, caps: BudgetPlan): Promise<void>;
  /** Holds every scope to the law, on this day. */
  check(books: Books, atRest: boolean): Promise<void>;
  /** The same for a day that is over; the ledger's clock must stand in it. */
  checkEarlier(books: Books): Promise<void>;
}

export async function createHolders(
  getStore: () => Ledger,
  clock: () => number,
  plans: { keys: readonly KeyPlan[]; budgets: readonly BudgetPlan[] },
): Promise<Holders> {
  const keys: LawKey[] = [];
  const frozen = new Set<string>();
  const budgetScopes = new Map<string, LawScope>();
  const freezes: FreezeRecord[] = [];
  let freezeCount = 0;
  let count = 0;

  for (const [index, name] of BUDGET_NAMES.entries()) {
    const caps = plans.budgets[index] ?? { dailyCap: null, monthlyCap: null, totalCap: null };
    budgetScopes.set(name, createLawScope(`budget:${name}`, caps));
    await putCaps(name, caps);
  }
  for (const plan of plans.keys) await issue(plan);

  const pick = (index: number): LawKey | undefined => keys[index % keys.length];
  const toName = (index: number): string => BUDGET_NAMES[index % BUDGET_NAMES.length] ?? BUDGET_NAMES[0];

  async function putCaps(name: string, { dailyCap, monthlyCap, totalCap }: BudgetPlan): Promise<void> {
    await getStore().putBudget(TENANT, name, {
      dailyCapMicroUsd: dailyCap,
      monthlyCapMicroUsd: monthlyCap,
      totalCapMicroUsd: totalCap,
    });
  }

  async function issue(plan: KeyPlan, parent?: LawKey): Promise<void> {
    const id = `key_${++count}`;
    // A shadow key passes every cap by its policy, so what it shares a budget with would not be held to it either.
    const budgets = plan.shadow ? [] : BUDGET_NAMES.filter((_name, index) => plan.budgets & (1 << index));
    const expiresAt = parent?.expiresAt ?? clock() + plan.lifeHours * HOUR_MS;
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
    const created = await getStore().createKey({
      id,
      tenant: TENANT,
      parentId: parent?.id ?? null,
      tokenHash: `hash_${id}`,
      label: id,
      vendor: "fake",
      mode: "live",
      policy,
      createdAt: clock(),
      expiresAt,
      maxExpiresAt: expiresAt,
      revokedAt: null,
      frozen: false,
      changes: 0,
    });
    if (created.status !== "created") return;
    const own = createLawScope(`key:${id}`, plan.shadow ? { dailyCap: null, totalCap: null } : plan);
    const above = parent?.scopes.filter(({ name }) => name.startsWith("key:")) ?? [];
    const scopes = [own, ...above, ...budgets.flatMap((name) => budgetScopes.get(name) ?? [])];
    keys.push({
      id,
      plan,
      scopes,
      budgets,
      expiresAt,
      revoked: false,
      frozen: false,
      changed: false,
      parent,
    });
  }

  const isFrozen = (key: LawKey): boolean =>
    key.frozen ||
    freezes.some(({ scope }) => matches(key, scope)) ||
    (key.parent !== undefined && isFrozen(key.parent));

  /** The label of a key is its id. */
  const matches = ({ id, budgets }: LawKey, { labelPrefix = "", budget }: KeyScope): boolean =>
    id.startsWith(labelPrefix) && (budget === undefined || budgets.includes(budget));

  /** What a key has spent and holds. Of one whose caps were changed, without what is only set aside for others. */
  async function readSpend(key: LawKey): Promise<Spend> {
    const child = key.changed ? keys.find(({ parent }) => parent === key) : undefined;
    const state = await getStore().getKey(TENANT, (child ?? key).id);
    const found = child ? state?.ancestors.find(({ record }) => record.id === key.id) : state;
    if (!found) throw new LawBroken(`${key.id} is gone`);
    return found.spend;
  }

  return {
    keys,
    pick,
    isClosed: (key) =>
      key.revoked ||
      key.expiresAt <= clock() ||
      isFrozen(key) ||
      key.budgets.some((name) => frozen.has(name)),
    async revoke(index) {
      const key = pick(index);
      if (!key) return;
      const ids = await getStore().revokeKeys(TENANT, { id: key.id });
      for (const one of keys) one.revoked ||= ids.includes(one.id) || one.parent?.revoked === true;
    },
    async issueAgain(index) {
      const key = pick(index);
      if (key && !key.parent && keys.length < MOST_KEYS) await issue(key.plan);
    },
    async carve(index, totalCap) {
      const parent = pick(index);
      if (!parent || parent.plan.shadow || keys.length >= MOST_KEYS) return;
      await issue({ ...parent.plan, dailyCap: null, totalCap }, parent);
    },
    async change(index, plan) {
      const key = pick(index);
      if (!key) return;
      const { dailyCap, totalCap, frozen: isFrozenNow } = plan;
      const changes: KeyChanges = {
        ...(dailyCap === undefined ? {} : { dailyCapMicroUsd: dailyCap }),
        ...(totalCap === undefined ? {} : { totalCapMicroUsd: totalCap }),
        ...(isFrozenNow === undefined ? {} : { frozen: isFrozenNow }),
      };
      const spend = await readSpend(key);
      const rights = { mayRaise: true, requireCap: false };
      const answer = await getStore().changeKey(TENANT, key.id, changes, rights);
      if (answer?.status !== "changed") return;
      key.frozen = isFrozenNow ?? key.frozen;
      key.changed = true;
      const { dailyCapMicroUsd = null, totalCapMicroUsd = null } = answer.record.policy;
      const caps = { dailyCap: dailyCapMicroUsd, totalCap: totalCapMicroUsd };
      if (!key.plan.shadow) key.scopes[0]?.setCaps(caps, spend, toUtcDay(clock()));
      key.plan = { ...key.plan, ...caps };
    },
    async freeze(index, isFrozen) {
      const name = toName(index);
      await getStore().putBudget(TENANT, name, { frozen: isFrozen });
      if (isFrozen) frozen.add(name);
      else frozen.delete(name);
    },
    async brake(index, budget, all) {
      const scope: KeyScope = {
        ...(all ? {} : { labelPrefix: pick(index)?.id ?? "" }),
        ...(all || budget >= BUDGET_NAMES.length ? {} : { budget: toName(budget) }),
      };
      const freeze = { id: `frz_${++freezeCount}`, tenant: TENANT, scope, note: null, createdAt: clock() };
      await getStore().freeze(freeze);
      freezes.push(freeze);
    },
    async lift(index) {
      const [freeze] = freezes.splice(index % (freezes.length || 1), 1);
      if (freeze) await getStore().liftFreeze(TENANT, freeze.id);
    },
    async cap(index, caps) {
      const name = toName(index);
      const before = await getStore().getBudget(TENANT, name);
      if (before) budgetScopes.get(name)?.setCaps(caps, before.spend, toUtcDay(clock()));
      await putCaps(name, caps);
    },
    async check(books, atRest) {
      for (const key of keys) {
        const { id, plan, scopes } = key;
        const state = await getStore().getKey(TENANT, id);
        if (!state) throw new LawBroken(`${id} is gone`);
        if (plan.maxCalls !== null && !plan.shadow && state.calls > plan.maxCalls)
          throw new LawBroken(`${id} made ${state.calls} calls`);
        scopes[0]?.check(books, clock(), await readSpend(key), atRest);
      }
      for (const [name, scope] of budgetScopes) {
        const state = await getStore().getBudget(TENANT, name);
        if (state) scope.check(books, clock(), state.spend, atRest);
      }
    },
    async checkEarlier(books) {
      const day = toUtcDay(clock());
      for (const { id, scopes } of keys) {
        const state = await getStore().getKey(TENANT, id);
        if (state) scopes[0]?.checkEarlier(books, day, state.spend);
      }
      for (const [name, scope] of budgetScopes) {
        const state = await getStore().getBudget(TENANT, name);
        if (state) scope.checkEarlier(books, day, state.spend);
      }
    },
  };
}
