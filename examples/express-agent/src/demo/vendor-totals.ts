import type Stripe from "stripe";

/** What Stripe recorded, read from Stripe and not from the proxy. */
export interface VendorTotals {
  charged: number;
  cents: number;
}

/** Reads the totals of one run. */
export type ReadVendorTotals = (run: string) => Promise<VendorTotals>;

interface SandboxEntry {
  kind: string;
  addedMinor: number;
  metadata: Record<string, string>;
}

/** Reads the Stripe emulator's own ledger. */
export function emulatorTotals(sandboxUrl: string): ReadVendorTotals {
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

/** Reads Stripe's own list of payment intents. @param since Unix time in seconds; earlier intents are skipped */
export function stripeTotals(stripe: Stripe, since: number): ReadVendorTotals {
  return async (run) => {
    const amounts: number[] = [];
    for await (const intent of stripe.paymentIntents.list({ created: { gte: since }, limit: 100 })) {
      if (intent.metadata.run === run) amounts.push(intent.amount);
    }
    return sum(amounts);
  };
}

function sum(amounts: number[]): VendorTotals {
  return { charged: amounts.length, cents: amounts.reduce((total, amount) => total + amount, 0) };
}
