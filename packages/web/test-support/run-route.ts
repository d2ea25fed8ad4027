import type { AdapterWork } from "@keybrake/testing/adapter-cases";
import { toResponse } from "@keybrake/testing/remote-work";
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
    async (request, key) => toResponse(await handler(key, readInput(request))),
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
