/** One thing that really happened at the fake vendor. */
export interface LedgerEntry {
  /** When, as RFC 3339 in UTC. */
  readonly at: string;
  readonly vendor: string;
  /** The vendor object it happened to: `pi_…`, `SM…`, `gid://shopify/Refund/…`. */
  readonly objectId: string;
  /** What happened: `charge.captured`, `refund.created`, `message.created`, `email.sent`, … */
  readonly kind: string;
  /** The amount it concerned, in the currency's minor unit (cents for `usd`). 0 where `amountMicroUsd` says the cost. */
  readonly amountMinor: number;
  /** The part of it that raised `grossMinor`; 0 where the object already counted for as much. */
  readonly addedMinor: number;
  /**
   * What it cost by the sandbox's own price book, in millionths of a US dollar: Twilio and Resend sell by the
   * piece, for fractions of a cent. Always whole, so that any number of them adds up exactly. Left out where
   * money itself moved (Stripe, Shopify).
   */
  readonly amountMicroUsd?: number;
  /** Lower case, as vendors report it. */
  readonly currency: string;
  readonly livemode: boolean;
  /** The idempotency key of the call, when it had one, whether or not the vendor heeds it. */
  readonly idempotencyKey?: string;
  /** The object's metadata at that moment; with vendors that have none, what tells one entry from another. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** What the sandbox did so far. A snapshot: later effects do not change it. */
export interface LedgerSummary {
  /** Oldest first. */
  readonly entries: readonly LedgerEntry[];
  /**
   * Money exposed, per currency in minor units, live and test together. Each object counts once, with the
   * most it ever stood for: an intent in full from its creation, more when an update raises it. A refund is
   * a movement of its own. Nothing lowers it.
   */
  readonly grossMinor: Readonly<Record<string, number>>;
  /** Every `amountMicroUsd` added up: millionths of a US dollar. 0 for a vendor that has no price book. */
  readonly grossMicroUsd: number;
  /** Calls that changed something. Refused, declined and replayed calls are not among them. */
  readonly executedCalls: number;
}

export interface Effect extends Omit<LedgerEntry, "at" | "addedMinor"> {
  /** What the object stands for in all after this effect. Left out: `amountMinor`. */
  readonly exposureMinor?: number;
}

/** An effect that the vendor bills by its price book. */
export type PricedEffect = Pick<Effect, "objectId" | "kind" | "metadata"> & {
  readonly amountMicroUsd: number;
};

export interface Ledger {
  record(effect: Effect): void;
  countExecutedCall(): void;
  summary(): LedgerSummary;
  reset(): void;
}

export function createLedger(now: () => number): Ledger {
  const entries: LedgerEntry[] = [];
  const exposures = new Map<string, { currency: string; minor: number }>();
  const gross = new Map<string, number>();
  let grossMicroUsd = 0;
  let executedCalls = 0;

  function addGross(currency: string, minor: number): void {
    gross.set(currency, (gross.get(currency) ?? 0) + minor);
  }

  function expose(objectId: string, currency: string, minor: number): number {
    let before = exposures.get(objectId);
    // An object whose currency was changed still counts once: its exposure moves over to the new one.
    if (before && before.currency !== currency && minor > 0) {
      addGross(before.currency, -before.minor);
      before = undefined;
    }
    const added = Math.max(0, minor - (before?.minor ?? 0));
    if (added > 0) {
      exposures.set(objectId, { currency, minor });
      addGross(currency, added);
    }
    return added;
  }

  return {
    record({ exposureMinor, ...effect }) {
      const addedMinor = expose(effect.objectId, effect.currency, exposureMinor ?? effect.amountMinor);
      grossMicroUsd += effect.amountMicroUsd ?? 0;
      entries.push({ at: new Date(now()).toISOString(), ...effect, addedMinor });
    },
    countExecutedCall() {
      executedCalls += 1;
    },
    summary: () => ({
      entries: entries.slice(),
      grossMinor: Object.fromEntries(gross),
      grossMicroUsd,
      executedCalls,
    }),
    reset() {
      entries.length = 0;
      exposures.clear();
      gross.clear();
      grossMicroUsd = 0;
      executedCalls = 0;
    },
  };
}
