/**
 * The work of a suite, played in a host that is another process. It needs web standards and `@keybrake/core` only, so
 * it runs in Deno, Bun, workerd and edge functions as well as in Node. See `startStage` of
 * `@keybrake/testing/adapter-cases`.
 *
 * @module
 */
import { createKeybrake, KeybrakeError, type VaultKey } from "@keybrake/core";
import type { AdapterWork } from "./adapter-cases/host.ts";
import { createErrorBook } from "./stage/errors.ts";
import {
  CONTROL_PATH,
  clientPace,
  type FetchResult,
  type Order,
  type PolicyAnswer,
  VENDORS_PATH,
  type WireKey,
} from "./stage/wire.ts";

export { toResponse } from "./stage/to-response.ts";

/** Work to put behind the adapter, and where to tell what the host saw of it. */
export interface RemoteWork extends AdapterWork {
  /** Resolves when the stage knows; a host that may end before that has to wait for it. */
  onRevokeError(error: unknown, key: VaultKey): Promise<void>;
  /** Call it with what the host's own error path was handed. */
  reportError(error: unknown): Promise<void>;
  /** Call it when the host sees its caller leave. */
  reportDeparture(): Promise<void>;
}

/**
 * Joins the stage of a test process.
 *
 * @example
 * const { policy, handler, client, onRevokeError, reportError } = joinStage(process.env.STAGE_URL);
 */
export function joinStage(url: string): RemoteWork {
  const book = createErrorBook("host");

  async function ask<Answer>(path: string, told: object): Promise<Answer> {
    const response = await fetch(`${url}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(told),
    });
    if (!response.ok) throw new Error(`the stage answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as Answer;
  }

  /** A stage that is gone has no more use for what the host saw. */
  async function tell(path: string, told: object): Promise<void> {
    await ask(path, told).catch(() => {});
  }

  /** Carries out the calls that the stage orders with the key, and hands on the first order that is no call. */
  async function play(run: string, key: VaultKey): Promise<Order> {
    let result: FetchResult | undefined;
    for (;;) {
      const order = await ask<Order>(`/runs/${run}`, { result });
      if (order.do === "throw") throw withKey(book.fromWire(order.error), key);
      if (order.do !== "fetch") return order;
      result = await call(key, order);
    }
  }

  async function call(key: VaultKey, { path, ...init }: Order & { do: "fetch" }): Promise<FetchResult> {
    try {
      const response = await key.fetch(path, init);
      return { status: response.status, headers: [...response.headers], body: await response.text() };
    } catch (error) {
      return { error: book.toWire(error) };
    }
  }

  async function* chunks(run: string, key: VaultKey): AsyncGenerator<string> {
    for (let order = await play(run, key); order.do === "chunk"; order = await play(run, key))
      yield order.text;
  }

  return {
    client: createKeybrake({
      ...clientPace,
      // The stage puts the real one in its place.
      token: "of-the-stage",
      apiUrl: `${url}${CONTROL_PATH}`,
      proxyUrl: `${url}${VENDORS_PATH}`,
      onEvent: (event) => void tell("/events", { event }),
    }),
    async policy(input) {
      const answer = await ask<PolicyAnswer>("/policy", { input });
      if ("error" in answer) throw book.fromWire(answer.error);
      return answer.policy;
    },
    async handler(key, input) {
      // What a careless program does. The suite looks for the token in all that this process prints.
      console.log(key, `${key}`, { key });
      const { run } = await ask<{ run: string }>("/runs", { input, key: toWire(key) });
      const order = await play(run, key);
      return order.do === "answer" ? order.text : chunks(run, key);
    },
    onRevokeError: (error, key) => tell("/revoke-errors", { error: book.toWire(error), key: toWire(key) }),
    async reportError(error) {
      console.error(error);
      await tell("/errors", { error: book.toWire(error) });
    },
    reportDeparture: () => tell("/departures", {}),
  };
}

/** A user's error may well hold the key. */
function withKey(error: Error, key: VaultKey): Error {
  return KeybrakeError.isInstance(error) ? error : Object.assign(error, { cause: key });
}

function toWire(key: VaultKey): WireKey {
  const { id, token, vendor, label, baseUrl } = key;
  return { id, token, vendor, label, baseUrl, text: `${key}`, json: JSON.stringify(key) };
}
