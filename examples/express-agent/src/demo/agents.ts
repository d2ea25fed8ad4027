import type { Customer } from "./customers.ts";

/** How the calls of an agent ended. */
export interface Tally {
  tried: number;
  charged: number;
  /** Refused by Keybrake: the cap is spent, or the key was revoked. */
  refused: number;
  /** Anything else. There should be none. */
  failed: number;
}

/** One charge by an agent; gives how it ended. */
export type Charge = (customer: Customer, index: number) => Promise<keyof Omit<Tally, "tried">>;

/**
 * An agent that charges every customer as fast as it can and never asks itself whether it should.
 *
 * @param atOnce how many calls are under way at a time
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
      const ending = await charge(customer, index).catch((): "failed" => "failed");
      tally.tried++;
      tally[ending]++;
      onProgress(tally);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return tally;
}

/** An agent's way to charge: through the backend's tools, in both of their styles by turns. */
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
