import { expect, vi } from "vitest";
import type { MortalProxy } from "./mortal-proxy.ts";

const AGENTS = 8;
const WAIT = { timeout: 60_000, interval: 5 };

export interface VaultKey {
  id: string;
  token: string;
}

/** Agents that pay, and what they were answered. */
export interface Load {
  readonly keys: readonly VaultKey[];
  /** The request ids of the calls that were answered, with whether the vendor had done them. */
  readonly answers: { requestId: string; done: boolean }[];
  /** Waits for so many more that the vendor has done. */
  untilDone(count: number): Promise<void>;
  end(): Promise<void>;
}

/**
 * Starts agents that pay 1 USD without end, with three keys of one budget. Every other call is tried again until it
 * is answered, under its idempotency key.
 *
 * @param capUsd what the last of the keys may spend in all
 */
export async function startLoad(proxy: MortalProxy, capUsd: number): Promise<Load> {
  const issue = async (policy: object): Promise<VaultKey> =>
    (await proxy.control("POST", "/v1/keys", {
      label: "kill-nine",
      vendor: "stripe",
      budgets: ["kill-nine"],
      expires_in: "1h",
      ...policy,
    })) as VaultKey;
  const keys = [await issue({}), await issue({}), await issue({ total_usd_cap: capUsd })];
  const answers: Load["answers"] = [];
  let ending = false;

  async function pay(key: VaultKey, call: string, idempotencyKey: string | undefined): Promise<boolean> {
    const response = await fetch(`${await proxy.getUrl()}/stripe/v1/payment_intents`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${key.token}`,
        ...(idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey }),
      },
      body: new URLSearchParams({
        amount: "100",
        currency: "usd",
        "metadata[key]": key.id,
        "metadata[call]": call,
      }),
    });
    await response.text();
    const requestId = response.headers.get("keybrake-request-id") ?? "";
    answers.push({ requestId, done: response.status === 200 });
    return response.status < 500;
  }

  async function run(agent: number): Promise<void> {
    for (let count = 0; !ending; count++) {
      const key = keys[agent % keys.length];
      if (!key) return;
      const call = `${agent}-${count}`;
      const idempotencyKey = count % 2 ? call : undefined;
      const attempt = (): Promise<boolean> => pay(key, call, idempotencyKey).catch(() => false);
      while (!(await attempt())) if (idempotencyKey === undefined) break;
    }
  }

  const agents = Promise.all(Array.from({ length: AGENTS }, (_, agent) => run(agent)));
  return {
    keys,
    answers,
    async untilDone(count) {
      const countDone = (): number => answers.filter(({ done }) => done).length;
      const before = countDone();
      await vi.waitFor(() => expect(countDone()).toBeGreaterThanOrEqual(before + count), WAIT);
    },
    async end() {
      ending = true;
      await agents;
    },
  };
}
