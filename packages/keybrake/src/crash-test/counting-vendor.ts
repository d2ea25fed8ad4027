import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { ListenError } from "@keybrake/proxy";

/** How the vendor takes a call; it says so in its own body, so that nothing else has to be configured. */
export type Behaviour = "answer" | "drop_after_effect" | "hang_after_effect" | "decline_once";

export interface Charge {
  /** Which attack the charge belongs to. */
  attack: string;
  amount: number;
  behave: Behaviour;
  /** How long the work takes, in milliseconds. */
  ms: number;
}

/** A vendor that moves no money, and counts what it would have moved. */
export interface CountingVendor {
  readonly url: string;
  /** USD that it has really taken for an attack. */
  taken(attack: string): number;
  /** Calls of an attack that have arrived, done or not. */
  arrived(attack: string): number;
  close(): Promise<void>;
}

/** What the vendor says of a call that it had done before; the configuration names it to the proxy. */
export const REPLAY_HEADER = { header: "Idempotent-Replayed", value: "true" };

/**
 * Starts the vendor on the loopback interface.
 *
 * @throws {ListenError} the port is in use
 */
export async function startCountingVendor(port: number): Promise<CountingVendor> {
  const taken = new Map<string, number>();
  const arrived = new Map<string, number>();
  const done = new Map<string, "under way" | "done">();
  const declined = new Set<string>();

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const charge = await readCharge(request);
    if (!charge) return answer(response, 404, { error: "POST /charge" });
    const { attack, amount, behave, ms } = charge;
    arrived.set(attack, (arrived.get(attack) ?? 0) + 1);
    const key = readKey(request);
    if (behave === "decline_once" && !declined.has(attack)) {
      declined.add(attack);
      return answer(response, 402, { error: "declined" });
    }
    if (key !== undefined) {
      const before = done.get(key);
      if (before === "under way") return answer(response, 409, { error: "under way" });
      if (before === "done")
        return answer(response, 200, { amount }, { [REPLAY_HEADER.header]: REPLAY_HEADER.value });
      done.set(key, "under way");
    }
    await new Promise((resolve) => setTimeout(resolve, ms));
    taken.set(attack, (taken.get(attack) ?? 0) + amount);
    if (key !== undefined) done.set(key, "done");
    if (behave === "drop_after_effect") response.socket?.resetAndDestroy();
    else if (behave !== "hang_after_effect") answer(response, 200, { amount });
  }

  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  // Longer than any proxy keeps an idle connection, so that none is closed under a call.
  server.keepAliveTimeout = 120_000;
  server.listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch (error) {
    throw new ListenError(`can't listen on 127.0.0.1:${port}: the port is in use`, { cause: error });
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    taken: (attack) => taken.get(attack) ?? 0,
    arrived: (attack) => arrived.get(attack) ?? 0,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function answer(response: ServerResponse, status: number, body: object, headers: object = {}): void {
  if (response.destroyed) return;
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}

function readKey({ headers }: IncomingMessage): string | undefined {
  const key = headers["idempotency-key"];
  return typeof key === "string" ? key : undefined;
}

async function readCharge(request: IncomingMessage): Promise<Charge | undefined> {
  if (request.method !== "POST" || request.url !== "/charge") return undefined;
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString()) as Charge;
}
