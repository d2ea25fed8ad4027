import { buildConnector, Pool } from "undici";
import { skipContinue } from "./skip-continue.ts";

/** Kept connections to vendors, by origin. */
export interface Upstreams {
  get(origin: string): Pool;
  /** @param now whether calls still under way are cut off, rather than waited for */
  close(now: boolean): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 10_000;

/** Whether a vendor that had been reached took too long. */
export function isTimeout(error: Error & { code?: unknown }): boolean {
  return error.code === "UND_ERR_HEADERS_TIMEOUT" || error.code === "UND_ERR_BODY_TIMEOUT";
}

/**
 * @param timeoutMs how long a vendor may take to begin its answer, and between two parts of it
 */
export function createUpstreams(timeoutMs: number): Upstreams {
  const pools = new Map<string, Pool>();
  const connect = buildConnector({ allowH2: false, timeout: CONNECT_TIMEOUT_MS });
  return {
    get(origin) {
      const found = pools.get(origin);
      if (found) return found;
      const created = new Pool(origin, {
        // HTTP/1.1, one call a connection at a time: what has been written is then known for each call.
        allowH2: false,
        pipelining: 1,
        headersTimeout: timeoutMs,
        bodyTimeout: timeoutMs,
        connect: (options, callback) =>
          connect(options, (error, socket) =>
            error ? callback(error, null) : callback(null, skipContinue(socket)),
          ),
      });
      pools.set(origin, created);
      return created;
    },
    async close(now) {
      await Promise.all([...pools.values()].map((pool) => (now ? pool.destroy() : pool.close())));
    },
  };
}
