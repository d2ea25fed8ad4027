import type { Customer } from "./customers.ts";

/** How the calls of an agent ended. */
export interface Tally {
  tried: number;
  charged: number;
  /** Refused by Keybrake: the budget is used up, or the key was revoked. */
  refused: number;
  /** Any other outcome. There should be none. */
  failed: number;
}

/** Charges one customer, and returns the outcome. */
export type Charge = (customer: Customer, index: number) => Promise<keyof Omit<Tally, "tried">>;

/**
 * A runaway agent: it charges every customer as fast as it can.
 *
 * @param atOnce how many calls are in flight at a time
 */
export async function chargeAll(
  customers: readonly Customer[],
  atOnce: number,
  charge: Charge,
  onProgress: (tally: Tally) => void,
): Promise<Tally> {
  const tally: Tally = { tried: 0, charged: 0, refused: 0, failed: 0 };
  const queue = customers.entries();
  const work = async (): Promise<void> => {
    for (const [index, customer] of queue) {
      const outcome = await charge(customer, index).catch((): "failed" => "failed");
      tally.tried++;
      tally[outcome]++;
      onProgress(tally);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return tally;
}

/** Charges through the backend's tools, alternating between its Stripe SDK and its plain fetch. */
export function chargeThroughBackend(backendUrl: string, user: string, run: string): Charge {
  return async (customer, index) => {
    const tool = index % 2 === 0 ? "charge" : "charge-with-fetch";
    const response = await fetch(`${backendUrl}/tools/${tool}`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-user-id": user, "x-agent-run-id": run },
      body: JSON.stringify(customer),
    });
    const body = (await response.json()) as { error?: string };
    if (response.status === 200) return "charged";
    return response.status === 402 && body.error === "spend_cap_exceeded" ? "refused" : "failed";
  };
}

/** Charges with the Stripe key itself, as an agent does that has it in its environment. */
export function chargeWithPlainKey(stripe: { url: string; secretKey: string }, run: string): Charge {
  return async ({ customer, amountCents }) => {
    const response = await fetch(`${stripe.url}/v1/payment_intents`, {
      method: "POST",
      headers: { authorization: `Bearer ${stripe.secretKey}` },
      body: new URLSearchParams({
        amount: String(amountCents),
        currency: "usd",
        "metadata[customer]": customer,
        "metadata[run]": run,
      }),
    });
    await response.arrayBuffer();
    return response.ok ? "charged" : "failed";
  };
}
