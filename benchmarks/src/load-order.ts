export interface LoadOrder {
  port: number;
  connections: number;
  /** All of the request; {@link SEQUENCE} in it becomes a new number each time. */
  request: string;
  /** The status that every response must have. */
  status: number;
  /** When to stop: after a time, or after a number of requests. */
  until: { seconds: number } | { requests: number };
}

export interface LoadResult {
  requests: number;
  perSecond: number;
  /** In microseconds. */
  p50: number;
  p99: number;
  /** Responses with another status, and broken connections. */
  failures: number;
  /** The beginning of the first such response. */
  firstFailure?: string;
}

/** A placeholder in a request. Each request gets a new number in its place. */
export const SEQUENCE = "@@SEQUENCE@@";
