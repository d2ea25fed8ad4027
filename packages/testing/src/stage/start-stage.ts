import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json, text } from "node:stream/consumers";
import type { KeybrakeEvent } from "@keybrake/core";
import type { MountedHost, SuiteWork } from "../adapter-cases/host.ts";
import { createErrorBook, type WireError } from "./errors.ts";
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

  /** The Keybrake of the suite, with its faults. */
  async function relay(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { fetch: send = fetch, token, apiUrl, proxyUrl } = current().work.clientOptions;
    const control = path.startsWith(CONTROL);
    const { host: _host, connection: _connection, "content-length": _length, ...headers } = request.headers;
    if (control) headers.authorization = `Bearer ${token}`;
    const body = await text(request);
    try {
      const answer = await send(
        control ? `${apiUrl}${path.slice(CONTROL.length)}` : `${proxyUrl}${path.slice(VENDORS.length)}`,
        {
          method: request.method ?? "GET",
          headers: headers as Record<string, string>,
          redirect: "manual",
          ...(body === "" ? {} : { body }),
        },
      );
      response.writeHead(
        answer.status,
        Object.fromEntries([...answer.headers].filter(([name]) => !FRAMING.has(name))),
      );
      response.end(new Uint8Array(await answer.arrayBuffer()));
    } catch {
      // Not a broken connection: some runtimes try those again by themselves.
      response.writeHead(502).end();
    }
  }

  async function answer(path: string, request: IncomingMessage): Promise<unknown> {
    // biome-ignore lint/suspicious/noExplicitAny: both ends of this wire are in this folder
    const told = (await json(request)) as any;
    if (path === "/policy") return askPolicy(told.input as string);
    if (path === "/runs") return startRun(told.input as string, told.key as WireKey);
    const run = runs.get(path.slice("/runs/".length));
    if (run) return run.take(told.result as FetchResult | undefined);
    const { work, errors } = current();
    if (path === "/errors") errors.push(book.fromWire(told.error as WireError));
    if (path === "/departures") current().departures += 1;
    if (path === "/events") work.clientOptions.onEvent?.(told.event as KeybrakeEvent);
    if (path === "/revoke-errors") {
      const key = createStagedKey(told.key as WireKey, createStagedRun(), book);
      work.onRevokeError(book.fromWire(told.error as WireError), key);
    }
    return {};
  }

  const server = createServer((request, response) => {
    const path = request.url ?? "/";
    if (path.startsWith(CONTROL) || path.startsWith(VENDORS)) return void relay(path, request, response);
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

const CONTROL = "/control";
const VENDORS = "/vendors";

/** Headers that tell how the other connection framed the body. */
const FRAMING = new Set([
  "content-encoding",
  "content-length",
  "transfer-encoding",
  "connection",
  "keep-alive",
]);
