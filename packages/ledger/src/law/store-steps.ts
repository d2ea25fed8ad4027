import fc from "fast-check";
import { FATES, type Fate } from "./fake-vendor.ts";

export interface KeyPlan {
  dailyCap: number | null;
  totalCap: number | null;
  maxPerCall: number | null;
  maxCalls: number | null;
  /** Which of the budgets it names, one bit each. */
  budgets: number;
  shadow: boolean;
  lifeHours: number;
}

export interface BudgetPlan {
  dailyCap: number | null;
  monthlyCap: number | null;
  totalCap: number | null;
}

/** What a step changes of a key; what is left out stays. */
export interface ChangePlan {
  dailyCap?: number | null;
  totalCap?: number | null;
  frozen?: boolean;
}

export interface CallPlan {
  key: number;
  /** `touch` takes an object as it stands, `update` gives it a new sum. */
  kind: "charge" | "create" | "update" | "touch" | "unpriced" | "free";
  amount: number;
  /** 0 none, 1 to 3 of the key's own, 4 and 5 shared by all keys. */
  idempotency: number;
  object: number;
  fate: Fate;
}

/** One step of a history. Numbers are taken modulo what there is, so that any history can be shortened. */
export type Step =
  | { do: "call"; call: CallPlan }
  | { do: "begin"; call: CallPlan }
  | { do: "retry"; which: number; fate: Fate; begins: boolean }
  /** Another call raises the object that one of the last calls was about. */
  | { do: "grow"; which: number; key: number; amount: number }
  | { do: "go on"; which: number }
  | { do: "burst"; calls: CallPlan[] }
  | { do: "wait"; ms: number | "midnight" }
  /** The process ends with all its calls under way; `reached` says which of them the vendor gets all the same, a bit each. */
  | { do: "die"; reached: number }
  | { do: "give up" }
  /** What became of a call whose process was taken for dead is told after all. */
  | { do: "late"; which: number }
  | { do: "spend unknown"; hours: number }
  | { do: "revoke" | "issue"; key: number }
  | { do: "carve"; key: number; totalCap: number }
  | { do: "change"; key: number; change: ChangePlan }
  | { do: "freeze"; budget: number; frozen: boolean }
  | { do: "brake"; key: number; budget: number; all: boolean }
  | { do: "lift"; which: number }
  | { do: "cap"; budget: number; cap: BudgetPlan }
  | { do: "reconcile"; which: number }
  | { do: "forget"; idempotency: number }
  | { do: "again"; which: number };

export interface History {
  keys: KeyPlan[];
  budgets: BudgetPlan[];
  steps: Step[];
}

export const BUDGET_NAMES = ["user:1", "team", "org"] as const;

const HOUR_MS = 3_600_000;

const index = fc.nat({ max: 7 });
/** Few and small sums, so that they meet each other and the caps, and odd ones. */
const amount = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(1_000_000, 2_000_000, 5_000_000, 10_000_000, 20_000_000) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 30_000_000 }) },
);
const cap = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(null, 0, 20_000_000, 50_000_000) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 100_000_000 }) },
);
const seldom = fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: amount });
const budgetPlan: fc.Arbitrary<BudgetPlan> = fc.record({
  dailyCap: cap,
  monthlyCap: fc.oneof({ weight: 2, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: cap }),
  totalCap: cap,
});
const keyPlan: fc.Arbitrary<KeyPlan> = fc.record({
  dailyCap: cap,
  totalCap: cap,
  maxPerCall: seldom,
  maxCalls: fc.constantFrom(null, null, null, 5, 40),
  budgets: fc.nat({ max: 7 }),
  shadow: fc.constantFrom(false, false, false, false, false, false, false, true),
  lifeHours: fc.constantFrom(12, 24, 240, 240, 240),
});
const changePlan: fc.Arbitrary<ChangePlan> = fc.record(
  { dailyCap: cap, totalCap: cap, frozen: fc.constantFrom(false, false, true) },
  { requiredKeys: [] },
);
const fate: fc.Arbitrary<Fate> = fc.oneof(
  { weight: 5, arbitrary: fc.constant<Fate>("done") },
  { weight: 4, arbitrary: fc.constantFrom<Fate>(...FATES) },
  { weight: 3, arbitrary: fc.constantFrom<Fate>("lost_before", "lost_after", "error_after") },
);
const call: fc.Arbitrary<CallPlan> = fc.record({
  key: index,
  kind: fc.constantFrom(
    "charge",
    "charge",
    "charge",
    "create",
    "create",
    "update",
    "touch",
    "unpriced",
    "free",
  ),
  amount,
  idempotency: fc.constantFrom(0, 0, 1, 1, 2, 3, 4, 5),
  object: index,
  fate,
});

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ do: fc.constant("call" as const), call }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("begin" as const), call }) },
  {
    weight: 10,
    arbitrary: fc.record({ do: fc.constant("retry" as const), which: index, fate, begins: fc.boolean() }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("grow" as const), which: index, key: index, amount }),
  },
  { weight: 10, arbitrary: fc.record({ do: fc.constant("go on" as const), which: index }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("burst" as const),
      calls: fc.array(call, { minLength: 2, maxLength: 8 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("wait" as const),
      ms: fc.constantFrom(1000, 600_000, "midnight" as const, HOUR_MS, 22 * HOUR_MS, 25 * HOUR_MS),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("die" as const), reached: fc.nat({ max: 255 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("give up" as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("late" as const), which: index }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("spend unknown" as const), hours: fc.constantFrom(0, 1, 24) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constantFrom("revoke" as const, "issue" as const), key: index }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("carve" as const), key: index, totalCap: amount }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("change" as const), key: index, change: changePlan }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("freeze" as const), budget: index, frozen: fc.boolean() }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("brake" as const),
      key: index,
      budget: index,
      all: fc.constantFrom(false, false, false, true),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("lift" as const), which: index }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("cap" as const), budget: index, cap: budgetPlan }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("reconcile" as const), which: index }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("forget" as const), idempotency: index }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("again" as const), which: index }) },
);

/** Policies, budgets and what then happens. */
export function historyOf(longest: number): fc.Arbitrary<History> {
  return fc.record({
    keys: fc.array(keyPlan, { minLength: 1, maxLength: 4 }),
    budgets: fc.array(budgetPlan, { minLength: 3, maxLength: 3 }),
    steps: fc.array(step, { minLength: 1, maxLength: longest, size: "max" }),
  });
}
