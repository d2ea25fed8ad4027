/** One effect that a call had at the emulated vendor. */
export interface LedgerEntry {
  /** When it took effect, as RFC 3339 in UTC. */
  readonly at: string;
  readonly vendor: string;
  /** The ID of the vendor's object: `pi_…`, `SM…`, `gid://shopify/Refund/…`. */
  readonly objectId: string;
  /** What happened: `charge.captured`, `refund.created`, `message.created`, `email.sent`, … */
  readonly kind: string;
  /** The amount, in the currency's minor unit (cents for `usd`). 0 if `amountMicroUsd` has the cost. */
  readonly amountMinor: number;
  /** The part of `amountMinor` that raised `grossMinor`. 0 if the object already counted for as much. */
  readonly addedMinor: number;
  /**
   * The cost by the emulator's price book, in millionths of a US dollar, because Twilio and Resend charge
   * fractions of a cent. Always an integer, so that any number of entries adds up exactly. Absent if money itself
   * moved (Stripe, Shopify).
   */
  readonly amountMicroUsd?: number;
  /** Lower case, as vendors report it. */
  readonly currency: string;
  readonly livemode: boolean;
  /** The idempotency key of the call, if it had one, even if the vendor ignores it. */
  readonly idempotencyKey?: string;
  /** The object's metadata at that moment. For vendors without metadata: what tells one entry from another. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** What the emulator did so far. A snapshot: later effects don't change it. */
export interface LedgerSummary {
  /** Oldest first. */
  readonly entries: readonly LedgerEntry[];
  /**
   * Money exposed, per currency in minor units, live and test together. Each object counts once, with the
   * largest amount it ever stood for: a payment intent in full from its creation, more when an update raises it.
   * A refund counts as its own movement and raises the total. A total falls only when a payment intent changes its
   * currency: its amount then counts in the new currency.
   */
  readonly grossMinor: Readonly<Record<string, number>>;
  /** The sum of every `amountMicroUsd`, in millionths of a US dollar. 0 for a vendor without a price book. */
  readonly grossMicroUsd: number;
  /** How many calls had an effect. Rejected, declined and replayed calls don't count. */
  readonly executedCalls: number;
}

export interface Effect extends Omit<LedgerEntry, "at" | "addedMinor"> {
  /** The object's whole amount after this effect. Default: `amountMinor`. */
  readonly exposureMinor?: number;
}

/** An effect that the vendor charges for by its price book. */
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
    // An object whose currency changed still counts once: its amount moves to the new currency.
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
