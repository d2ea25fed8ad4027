import type { AdapterWork } from "@keybrake/testing/adapter-cases";
import { withVaultKey } from "@keybrake/web";

/** Where a host tells what it saw. */
export interface Watcher {
  error(error: unknown): unknown;
  departure(): unknown;
}

/** The suite's work behind the adapter, as a route. It knows nothing but web standards, so every host can serve it. */
export function createRunRoute(
  { policy, handler, client, onRevokeError }: AdapterWork,
  watcher: Watcher,
): (request: Request, ...rest: unknown[]) => Promise<Response> {
  const run = withVaultKey<Request, unknown[]>(
    (request) => policy(readInput(request)),
    async (request, key) => {
      const answer = await handler(key, readInput(request));
      return new Response(typeof answer === "string" ? answer : toStream(answer));
    },
    { client, onRevokeError },
  );
  return async (request, ...rest) => {
    request.signal.addEventListener("abort", () => watcher.departure());
    try {
      return await run(request, ...rest);
    } catch (error) {
      await watcher.error(error);
      return new Response("failed", { status: 500 });
    }
  };
}

function readInput(request: Request): string {
  return new URL(request.url).searchParams.get("input") ?? "";
}

function toStream(chunks: AsyncIterable<string>): ReadableStream<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]();
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await iterator.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      await iterator.return?.();
    },
  });
}
