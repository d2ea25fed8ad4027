import {
  DEFAULT_EXPIRES_IN,
  toBudgetName,
  toEndpointPattern,
  toSeconds,
  toUsd,
  type WireIssuedKey,
  type WireKey,
  type WireKeyChanges,
  type WireKeyQuery,
  type WireKeyWithSpend,
  type WirePolicy,
  type WireRevokedKey,
} from "@keybrake/core/protocol";
import {
  createTally,
  type Limit,
  limitsOf,
  type MockBudgets,
  nextReset,
  remainingUsd,
  spentToday,
  type Tally,
} from "./mock-ledger.ts";
import { MockRefusal } from "./mock-refusal.ts";

/** The longest a key lives, counted from its issue. */
const MAX_LIFETIME_SECONDS = 86_400;

export interface MockKey {
  readonly id: string;
  readonly token: string;
  policy: WirePolicy;
  frozen: boolean;
  readonly createdAtMs: number;
  expiresAtMs: number;
  revokedAtMs: number | undefined;
  calls: number;
  inFlight: number;
  readonly tally: Tally;
}

/** The keys of the mock, oldest first. */
export class MockKeys {
  readonly #budgets: MockBudgets;
  readonly #keys: MockKey[] = [];
  /** Ids in the order of their revocation. */
  readonly revoked: string[] = [];

  constructor(budgets: MockBudgets) {
    this.#budgets = budgets;
  }

  issue(policy: WirePolicy): WireIssuedKey {
    const createdAtMs = Date.now();
    const key: MockKey = {
      id: `key_${randomText()}`,
      token: `vk_${policy.mode ?? "live"}_${randomText()}`,
      policy,
      frozen: false,
      createdAtMs,
      expiresAtMs: createdAtMs + lifeMs(policy.expires_in ?? DEFAULT_EXPIRES_IN),
      revokedAtMs: undefined,
      calls: 0,
      inFlight: 0,
      tally: createTally(),
    };
    for (const budget of policy.budgets ?? []) this.#budgets.find(toBudgetName(budget));
    this.#keys.push(key);
    return { ...toWire(key), token: key.token };
  }

  all(): readonly MockKey[] {
    return this.#keys;
  }

  /** @throws {MockRefusal} `not_found` */
  find(id: string): MockKey {
    const key = this.#keys.find((candidate) => candidate.id === id);
    if (!key) throw new MockRefusal({ code: "not_found", message: `There is no key ${id}.` });
    return key;
  }

  revoke(key: MockKey): WireRevokedKey {
    if (key.revokedAtMs === undefined) {
      key.revokedAtMs = Date.now();
      this.revoked.push(key.id);
    }
    return { ...toWire(key), in_flight: { calls: key.inFlight, held_usd: 0 } };
  }

  extend(id: string, expiresIn: string): WireKey {
    const key = this.find(id);
    assertAlive(key);
    const longest = key.createdAtMs + MAX_LIFETIME_SECONDS * 1000;
    key.expiresAtMs = Math.min(Date.now() + lifeMs(expiresIn), longest);
    return toWire(key);
  }

  /** As a token with the role `admin` changes a key. */
  update(id: string, { frozen, ...limits }: WireKeyChanges): WireKey {
    const key = this.find(id);
    if (statusOf(key) !== "active")
      throw new MockRefusal({ code: "key_ended", message: `The key ${id} was revoked or has expired.` });
    const policy: Record<string, unknown> = { ...key.policy };
    for (const [name, value] of Object.entries(limits)) {
      if (value === null) delete policy[name];
      else if (value !== undefined) policy[name] = value;
    }
    key.policy = policy as WirePolicy;
    key.frozen = frozen ?? key.frozen;
    return toWire(key);
  }

  /** Newest first. */
  select({ status, vendor, label_prefix = "", budget }: WireKeyQuery): MockKey[] {
    return this.#keys
      .filter(
        (key) =>
          (status === undefined || statusOf(key) === status) &&
          (vendor === undefined || key.policy.vendor === vendor) &&
          (budget === undefined || key.policy.budgets?.some((named) => toBudgetName(named) === budget)) &&
          key.policy.label.startsWith(label_prefix),
      )
      .reverse();
  }

  /** Every limit that a call with this key must fit. */
  limits({ policy, tally }: MockKey): Limit[] {
    return [...limitsOf("key", policy, tally), ...this.#budgets.limits(policy.budgets ?? [])];
  }

  show(key: MockKey): WireKeyWithSpend {
    const { tally, calls } = key;
    return {
      ...toWire(key),
      spend: {
        daily_usd: toUsd(spentToday(tally)),
        total_usd: toUsd(tally.totalMicroUsd),
        held_usd: 0,
        unknown_usd: 0,
        calls,
        remaining_usd: remainingUsd(this.limits(key)),
        resets_at: nextReset(),
      },
    };
  }
}

/** @throws {MockRefusal} `key_revoked`, `key_expired` */
export function assertAlive(key: MockKey): void {
  const status = statusOf(key);
  if (status === "revoked") {
    throw new MockRefusal({ code: "key_revoked", message: `The vault key ${key.id} was revoked.` });
  }
  if (status === "expired") {
    throw new MockRefusal({ code: "key_expired", message: `The vault key ${key.id} has expired.` });
  }
}

/** A key as the control API shows it. */
export function toWire(key: MockKey): WireKey {
  const {
    expires_in: _expiresIn,
    mode = "live",
    allowed_endpoints,
    budgets = [],
    shadow = false,
    accounts = [],
    allow_recurring = false,
    metadata = {},
    ...policy
  } = key.policy;
  const bounds = allowed_endpoints?.filter((entry) => typeof entry !== "string") ?? [];
  const stated = budgets.filter((budget) => typeof budget !== "string");
  return {
    ...policy,
    id: key.id,
    status: statusOf(key),
    mode,
    ...(allowed_endpoints ? { allowed_endpoints: allowed_endpoints.map(toEndpointPattern) } : {}),
    ...(bounds.length === 0 ? {} : { endpoint_bounds: bounds }),
    budgets: budgets.map(toBudgetName),
    ...(stated.length === 0 ? {} : { budget_caps: stated }),
    frozen: key.frozen,
    shadow,
    accounts,
    allow_recurring,
    metadata,
    created_at: new Date(key.createdAtMs).toISOString(),
    expires_at: new Date(key.expiresAtMs).toISOString(),
    revoked_at: key.revokedAtMs === undefined ? null : new Date(key.revokedAtMs).toISOString(),
  };
}

function statusOf({ revokedAtMs, expiresAtMs }: MockKey): WireKey["status"] {
  if (revokedAtMs !== undefined) return "revoked";
  return expiresAtMs <= Date.now() ? "expired" : "active";
}

/** @throws {MockRefusal} `invalid_policy`, past the longest life */
function lifeMs(expiresIn: string): number {
  const seconds = toSeconds(expiresIn) ?? 0;
  if (seconds > MAX_LIFETIME_SECONDS) {
    throw new MockRefusal({
      code: "invalid_policy",
      message: "The policy is not valid: expires_in.",
      issues: [{ path: "expires_in", message: "must be at most 24h" }],
    });
  }
  return seconds * 1000;
}

function randomText(): string {
  return crypto.randomUUID().replaceAll("-", "");
}
