import { ConfigError } from "@keybrake/proxy";
import type { Charge } from "./counting-vendor.ts";

/** Where the deployment under attack is, and how to issue keys there. */
export interface TargetOptions {
  apiUrl: string;
  proxyUrl: string;
  token: string;
  vendor: string;
}

interface IssuedKey {
  id: string;
  token: string;
  expires_at: string;
}

interface Answer {
  status: number;
  /** The code of a refusal by the proxy itself. */
  code: string | undefined;
}

/** A deployment, as a backend and as its agents see it. */
export interface Target {
  issue(attack: string, policy: object): Promise<IssuedKey>;
  putBudget(name: string, settings: object): Promise<void>;
  /** Revokes, and gives how many calls the receipt says were at the vendor. */
  revoke(key: IssuedKey): Promise<number>;
  /** USD that the ledger has settled or holds for a key. */
  counted(key: IssuedKey): Promise<number>;
  /** One call by an agent. A proxy that gives no answer at all is status 0. */
  charge(
    key: IssuedKey,
    charge: Partial<Charge> & { attack: string },
    options?: { idempotencyKey?: string; signal?: AbortSignal },
  ): Promise<Answer>;
  /** Revokes every key that this run has issued. */
  cleanUp(): Promise<void>;
}

/** Control calls are quick; a vendor call lasts as long as the proxy lets it. */
const CONTROL_TIMEOUT_MS = 15_000;
const CALL_TIMEOUT_MS = 90_000;

export function createTarget({ apiUrl, proxyUrl, token, vendor }: TargetOptions, runId: string): Target {
  const prefix = `crash-test/${runId}/`;

  async function control<Body>(method: string, path: string, body?: object): Promise<Body> {
    const response = await fetch(`${apiUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(CONTROL_TIMEOUT_MS),
    }).catch((error: Error) => {
      throw new ConfigError(`${apiUrl} can't be reached: ${String(error.cause ?? error.message)}`);
    });
    const answer = (await response.json().catch(() => ({}))) as Body & { code?: string; message?: string };
    if (!response.ok) {
      throw new ConfigError(
        `${method} ${path} at ${apiUrl} answered ${response.status} ${answer.code ?? ""}: ${answer.message ?? ""}`,
      );
    }
    return answer;
  }

  return {
    issue: (attack, policy) =>
      control("POST", "/v1/keys", { label: `${prefix}${attack}`, vendor, expires_in: "5m", ...policy }),
    putBudget: (name, settings) => control("PUT", `/v1/budgets/${encodeURIComponent(name)}`, settings),
    async revoke({ id }) {
      const { in_flight } = await control<{ in_flight?: { calls: number } }>("DELETE", `/v1/keys/${id}`);
      return in_flight?.calls ?? 0;
    },
    async counted({ id }) {
      const { spend } = await control<{ spend: { total_usd: number; held_usd: number } }>(
        "GET",
        `/v1/keys/${id}`,
      );
      return spend.total_usd + spend.held_usd;
    },
    async charge(key, charge, { idempotencyKey, signal } = {}) {
      const timeout = AbortSignal.timeout(CALL_TIMEOUT_MS);
      try {
        const response = await fetch(`${proxyUrl}/${vendor}/charge`, {
          method: "POST",
          headers: {
            authorization: `Bearer ${key.token}`,
            "content-type": "application/json",
            ...(idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey }),
          },
          body: JSON.stringify({ amount: 1, behave: "answer", ms: 5, ...charge }),
          signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
        });
        await response.arrayBuffer();
        return { status: response.status, code: response.headers.get("x-keybrake-code") ?? undefined };
      } catch {
        return { status: 0, code: undefined };
      }
    },
    async cleanUp() {
      await control("POST", "/v1/keys/revoke", { label_prefix: prefix });
    },
  };
}
