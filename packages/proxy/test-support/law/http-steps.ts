import type { Fault } from "@keybrake/sandbox";
import fc from "fast-check";

const KINDS = [
  "create",
  "create",
  "charge",
  "charge",
  "refund",
  "update",
  "confirm",
  "capture",
  "increment",
  "cancel",
  "read",
] as const;

export interface HttpCall {
  key: number;
  kind: (typeof KINDS)[number];
  /** In the currency's smallest unit. */
  amount: number;
  currency: "usd" | "eur" | "jpy";
  /** For a new intent: paid at once, captured later. */
  confirm: boolean;
  manual: boolean;
  declined: boolean;
  /** 0 none, others re-used by the calls of a key. */
  idempotency: number;
  object: number;
  fault: Fault["kind"] | null;
  status: number;
  /** The caller goes away as soon as the call is sent. */
  leaves: boolean;
}

export type HttpStep =
  | { do: "call"; call: HttpCall }
  | { do: "over midnight"; call: HttpCall }
  | { do: "burst"; calls: HttpCall[]; revoke: boolean }
  | { do: "wait"; hours: number }
  | { do: "spend unknown" }
  | { do: "freeze"; frozen: boolean }
  | { do: "reconcile"; which: number };

export interface HttpKeyPlan {
  dailyUsd: number;
  totalUsd: number;
  maxPerCallUsd: number | null;
  maxCalls: number | null;
  budget: boolean;
}

export interface HttpHistory {
  keys: HttpKeyPlan[];
  budgetUsd: number;
  /** Without faults, the ledger must know every sum to the last unit. */
  faults: boolean;
  steps: HttpStep[];
}

const index = fc.nat({ max: 5 });
const cap = fc.constantFrom(20, 60, 1000, 100_000);
const call: fc.Arbitrary<HttpCall> = fc.record({
  key: index,
  kind: fc.constantFrom(...KINDS),
  amount: fc.constantFrom(100, 500, 1000, 2000, 3333),
  currency: fc.constantFrom("usd", "usd", "usd", "eur", "jpy"),
  confirm: fc.boolean(),
  manual: fc.boolean(),
  declined: fc.constantFrom(false, false, false, true),
  idempotency: fc.constantFrom(0, 0, 1, 2),
  object: index,
  fault: fc.constantFrom(
    null,
    null,
    null,
    null,
    "status",
    "status_after_effect",
    "reset_before_effect",
    "reset_after_effect",
    "hang_before_effect",
    "hang_after_effect",
    "broken_json",
  ),
  status: fc.constantFrom(500, 503, 409, 302, 402, 429, 400, 401),
  leaves: fc.constantFrom(false, false, false, false, true),
});

const step: fc.Arbitrary<HttpStep> = fc.oneof(
  { weight: 10, arbitrary: fc.record({ do: fc.constant("call" as const), call }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("over midnight" as const), call }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("burst" as const),
      calls: fc.array(call, { minLength: 4, maxLength: 16, size: "max" }),
      revoke: fc.constantFrom(false, false, true),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("wait" as const), hours: fc.constantFrom(1, 12, 22, 25) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("spend unknown" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("freeze" as const), frozen: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("reconcile" as const), which: index }) },
);

export function httpHistoryOf(longest: number): fc.Arbitrary<HttpHistory> {
  return fc.record({
    keys: fc.array(
      fc.record<HttpKeyPlan>({
        dailyUsd: cap,
        totalUsd: cap,
        maxPerCallUsd: fc.constantFrom(null, null, null, 15),
        maxCalls: fc.constantFrom(null, null, null, 20),
        budget: fc.boolean(),
      }),
      { minLength: 2, maxLength: 4 },
    ),
    budgetUsd: cap,
    faults: fc.constantFrom(true, true, true, false),
    steps: fc.array(step, { minLength: longest / 2, maxLength: longest, size: "max" }),
  });
}
