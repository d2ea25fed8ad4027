import type { RedisClient } from "./connect.ts";
import type { ScriptRunner } from "./script-runner.ts";

const RETRY_MS = 1000;

/** Tells listeners of revocations by any process. A message that is lost comes with the next sweep. */
export interface Revocations {
  tell(keyIds: string[]): void;
  onRevoke(listener: (keyIds: string[]) => void): () => void;
  stop(): void;
}

/** Listens from the first listener on. */
export function createRevocations(ledger: ScriptRunner): Revocations {
  const listeners = new Set<(keyIds: string[]) => void>();
  let line: RedisClient | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;

  function tell(keyIds: string[]): void {
    for (const listener of listeners) listener(keyIds);
  }

  function listen(): RedisClient {
    const client = ledger.createListener();
    const subscribe = (): void => {
      client.subscribe(ledger.channel).catch(() => {
        retry = setTimeout(subscribe, RETRY_MS).unref();
      });
    };
    client.on("message", (_channel: string, message: string) => tell(JSON.parse(message) as string[]));
    client.connect().then(subscribe, subscribe);
    return client;
  }

  return {
    tell,
    onRevoke(listener) {
      listeners.add(listener);
      line ??= listen();
      return () => void listeners.delete(listener);
    },
    stop() {
      clearTimeout(retry);
      line?.disconnect();
    },
  };
}
