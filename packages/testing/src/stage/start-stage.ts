import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import type { KeybrakeEvent } from "@keybrake/core";
import type { MountedHost, SuiteWork } from "../adapter-cases/host.ts";
import { createErrorBook, type WireError } from "./errors.ts";
import { isForKeybrake, relayToKeybrake } from "./relay.ts";
import { createStagedKey } from "./staged-key.ts";
import { createStagedRun, type StagedRun } from "./staged-run.ts";
import type { FetchResult, PolicyAnswer, WireKey } from "./wire.ts";

/** Work that another process plays: it holds what the suite mounted, and hears what the host saw. */
export interface Stage {
  /** Where it is; hand it to the other process, for `joinStage`. */
  readonly url: string;
  /** Puts work on the stage, in place of what was there. */
  mount(work: SuiteWork): Pick<MountedHost, "errors" | "departures">;
  close(): Promise<void>;
}

/**
 * For a host that runs in another process (Deno, Bun, workerd, `next start`) and so can't be handed functions. Its
 * program calls `joinStage(url)` of `@keybrake/testing/remote-work` and gets work to put behind the adapter: the same
 * policy, handler, client and `onRevokeError`, which ask this stage. The keys are issued, used, revoked and printed
 * over there.
 *
 * @example
 * const stage = await startStage();
 * const program = await startDeno("app.ts", { STAGE_URL: stage.url });
 * const host: AdapterHost = {
 *   name: "deno",
 *   abilities: ["http", "stream", "leave"],
 *   mount: async (work) => ({
 *     ...stage.mount(work),
 *     start: startOverHttp(`${program.url}/run`),
 *     printed: program.printed,
 *     close: async () => {},
 *   }),
 * };
 */
export async function startStage(): Promise<Stage> {
  const book = createErrorBook("stage");
  const runs = new Map<string, StagedRun>();
  let mounted: { work: SuiteWork; errors: unknown[]; departures: number } | undefined;

  function current(): NonNullable<typeof mounted> {
    if (!mounted) throw new Error("nothing is on the stage");
    return mounted;
  }

  async function askPolicy(input: string): Promise<PolicyAnswer> {
    try {
      return { policy: await current().work.policy(input) };
    } catch (error) {
      return { error: book.toWire(error) };
    }
  }

  function startRun(input: string, wireKey: WireKey): { run: string } {
    const id = crypto.randomUUID();
    const run = createStagedRun();
    runs.set(id, run);
    void play(run, current().work.handler(createStagedKey(wireKey, run, book), input));
    return { run: id };
  }

  async function play(run: StagedRun, answering: ReturnType<SuiteWork["handler"]>): Promise<unknown> {
    try {
      const answer = await answering;
      if (typeof answer === "string") return await run.give({ do: "answer", text: answer });
      await run.give({ do: "stream" });
      for await (const chunk of answer) await run.give({ do: "chunk", text: chunk });
      return await run.give({ do: "end" });
    } catch (error) {
      return run.give({ do: "throw", error: book.toWire(error) });
    }
  }

  async function answer(path: string, request: IncomingMessage): Promise<unknown> {
    const told = (await json(request)) as Told;
    if (path === "/policy") return askPolicy(told.input);
    if (path === "/runs") return startRun(told.input, told.key);
    const run = runs.get(path.slice("/runs/".length));
    if (run) return run.take(told.result);
    const { work, errors } = current();
    if (path === "/errors") errors.push(book.fromWire(told.error));
    if (path === "/departures") current().departures += 1;
    if (path === "/events") work.clientOptions.onEvent?.(told.event);
    if (path === "/revoke-errors") {
      const key = createStagedKey(told.key, createStagedRun(), book);
      work.onRevokeError(book.fromWire(told.error), key);
    }
    return {};
  }

  const server = createServer((request, response) => {
    const path = request.url ?? "/";
    const options = mounted?.work.clientOptions;
    if (options && isForKeybrake(path)) return void relayToKeybrake(options, request, response);
    answer(path, request).then(
      (told) => response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(told)),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    mount(work) {
      const place = { work, errors: [] as unknown[], departures: 0 };
      mounted = place;
      return { errors: place.errors, departures: () => place.departures };
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** All that the program over there may tell; each path reads what belongs to it. */
interface Told {
  input: string;
  key: WireKey;
  result?: FetchResult;
  error: WireError;
  event: KeybrakeEvent;
}
