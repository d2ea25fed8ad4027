/** Which requests a fault applies to. Default: any request. */
export interface FaultMatch {
  readonly method?: string;
  /** The path without its query: exact, or a prefix that ends in `*`. */
  readonly path?: string;
}

/**
 * A failure of the next request that matches.
 *
 * "Before effect" means that the call had no effect. "After effect" means that it took effect, and that its
 * idempotency key keeps the actual result, even if the client saw another response.
 *
 * @example
 * sandbox.fail({ kind: "reset_after_effect", match: { method: "POST", path: "/v1/charges" } });
 */
export type Fault = {
  readonly match?: FaultMatch;
  /** How many requests it applies to. Default 1. */
  readonly times?: number;
} & (
  | {
      /** `delay`: the call takes effect this late. `slow_body`: the response arrives in pieces, this far apart. */
      readonly kind: "delay" | "slow_body";
      /** Milliseconds. */
      readonly ms: number;
    }
  | {
      /**
       * `status`: the client receives this status and the call has no effect. `status_after_effect`: the client
       * receives it although the call took effect. At Stripe the idempotency key then replays a 5xx.
       */
      readonly kind: "status" | "status_after_effect";
      readonly status: number;
      /** A string is sent as HTML, any other value as JSON. Default: the vendor's own error for that status. */
      readonly body?: unknown;
    }
  | {
      /** `reset_*`: the connection is reset. `hang_*`: no response. `broken_json`: the response is cut in half. */
      readonly kind:
        | "reset_before_effect"
        | "reset_after_effect"
        | "hang_before_effect"
        | "hang_after_effect"
        | "broken_json";
    }
);

export interface FaultQueue {
  add(fault: Fault): void;
  /** Returns the first fault that matches the request, and uses up one of its `times`. */
  take(method: string, path: string): Fault | undefined;
  reset(): void;
}

export function createFaultQueue(): FaultQueue {
  const waiting: { fault: Fault; left: number }[] = [];
  return {
    add(fault) {
      waiting.push({ fault, left: fault.times ?? 1 });
    },
    take(method, path) {
      const index = waiting.findIndex(({ fault }) => matches(fault.match, method, path));
      const found = waiting[index];
      if (!found) return undefined;
      found.left -= 1;
      if (found.left <= 0) waiting.splice(index, 1);
      return found.fault;
    },
    reset() {
      waiting.length = 0;
    },
  };
}

function matches(match: FaultMatch | undefined, method: string, path: string): boolean {
  if (match?.method !== undefined && match.method.toUpperCase() !== method) return false;
  if (match?.path === undefined) return true;
  return match.path.endsWith("*") ? path.startsWith(match.path.slice(0, -1)) : path === match.path;
}

/** Reads a fault from parsed JSON. Throws a `TypeError` that names the wrong field. */
export function parseFault(value: unknown): Fault {
  if (!isRecord(value)) throw new TypeError("a fault is an object with a kind");
  const { kind, match, times, ms, status, body } = value;
  const shared = {
    ...(match === undefined ? {} : { match: parseMatch(match) }),
    ...(times === undefined ? {} : { times: positiveInteger(times, "times") }),
  };
  switch (kind) {
    case "delay":
    case "slow_body":
      return { ...shared, kind, ms: positiveInteger(ms, "ms") };
    case "status":
    case "status_after_effect":
      return { ...shared, kind, status: positiveInteger(status, "status"), body };
    case "reset_before_effect":
    case "reset_after_effect":
    case "hang_before_effect":
    case "hang_after_effect":
    case "broken_json":
      return { ...shared, kind };
    default:
      throw new TypeError(`unknown kind: ${String(kind)}`);
  }
}

function parseMatch(value: unknown): FaultMatch {
  if (!isRecord(value)) throw new TypeError("match is an object with method and path");
  const { method, path } = value;
  return {
    ...(method === undefined ? {} : { method: String(method) }),
    ...(path === undefined ? {} : { path: String(path) }),
  };
}

function positiveInteger(value: unknown, name: string): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < 1) {
    throw new TypeError(`${name} is an integer of at least 1`);
  }
  return value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
