import {
  toBudgetName,
  type WireFreeze,
  type WireFreezeReceipt,
  type WireFreezeRequest,
} from "@keybrake/core/protocol";
import type { MockKey, MockKeys } from "./mock-keys.ts";
import { MockRefusal } from "./mock-refusal.ts";

const MOST = 100;

/** The freezes of the mock, oldest first. */
export class MockFreezes {
  readonly #keys: MockKeys;
  #freezes: WireFreeze[] = [];

  constructor(keys: MockKeys) {
    this.#keys = keys;
  }

  /** @throws {MockRefusal} `invalid_policy`, past 100 */
  set({ all: _all, note, ...scope }: WireFreezeRequest): WireFreezeReceipt {
    if (this.#freezes.length >= MOST)
      throw new MockRefusal({ code: "invalid_policy", message: `There are ${MOST} freezes already.` });
    const freeze: WireFreeze = {
      id: `frz_${crypto.randomUUID().replaceAll("-", "")}`,
      ...scope,
      all: Object.keys(scope).length === 0,
      note: note ?? null,
      created_at: new Date().toISOString(),
    };
    this.#freezes.push(freeze);
    const frozen = this.#keys.select({ status: "active" }).filter((key) => matches(freeze, key));
    const calls = frozen.reduce((sum, { inFlight }) => sum + inFlight, 0);
    return { ...freeze, keys: frozen.length, in_flight: { calls, held_usd: 0 } };
  }

  list(): WireFreeze[] {
    return [...this.#freezes];
  }

  /** @throws {MockRefusal} `not_found` */
  lift(id: string): WireFreeze {
    const freeze = this.#freezes.find((candidate) => candidate.id === id);
    if (!freeze) throw new MockRefusal({ code: "not_found", message: `There is no freeze ${id}.` });
    this.#freezes = this.#freezes.filter((other) => other !== freeze);
    return freeze;
  }

  /** @throws {MockRefusal} `key_frozen` */
  assertNotFrozen(key: MockKey): void {
    const freeze = this.#freezes.find((candidate) => matches(candidate, key));
    if (!key.frozen && !freeze) return;
    const limit = freeze && !key.frozen ? `freeze:${freeze.id}` : "key:frozen";
    throw new MockRefusal({ code: "key_frozen", message: "The vault key is frozen.", details: { limit } });
  }
}

function matches({ label_prefix = "", budget, vendor }: WireFreeze, { policy }: MockKey): boolean {
  return (
    policy.label.startsWith(label_prefix) &&
    (vendor === undefined || policy.vendor === vendor) &&
    (budget === undefined || (policy.budgets ?? []).some((named) => toBudgetName(named) === budget))
  );
}
