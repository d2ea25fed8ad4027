import type Stripe from "stripe";

/** What the vendor says it did, read from the vendor and not from the proxy. */
export interface VendorBooks {
  charged: number;
  cents: number;
}

/** Reads the vendor's books for one run. */
export type ReadBooks = (run: string) => Promise<VendorBooks>;

interface SandboxEntry {
  kind: string;
  addedMinor: number;
  metadata: Record<string, string>;
}

/** The sandbox's own ledger of what really happened. */
export function sandboxBooks(sandboxUrl: string): ReadBooks {
  return async (run) => {
    const response = await fetch(`${sandboxUrl}/_sandbox/ledger`);
    const { entries } = (await response.json()) as { entries: SandboxEntry[] };
    return sum(
      entries
        .filter(({ metadata, addedMinor }) => metadata.run === run && addedMinor > 0)
        .map(({ addedMinor }) => addedMinor),
    );
  };
}

/** Stripe's own list of payment intents. @param since seconds since the epoch; earlier ones are not looked at */
export function stripeBooks(stripe: Stripe, since: number): ReadBooks {
  return async (run) => {
    const amounts: number[] = [];
    for await (const intent of stripe.paymentIntents.list({ created: { gte: since }, limit: 100 })) {
      if (intent.metadata.run === run) amounts.push(intent.amount);
    }
    return sum(amounts);
  };
}

function sum(amounts: number[]): VendorBooks {
  return { charged: amounts.length, cents: amounts.reduce((total, amount) => total + amount, 0) };
}
