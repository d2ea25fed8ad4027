import type { IncomingHttpHeaders } from "node:http";

export interface VendorRequest {
  readonly method: string;
  /** As received, without the query. Not decoded or normalized. */
  readonly path: string;
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** True if an idempotency key replays it. Default: the vendor decides by the status. */
  readonly replayable?: boolean;
}

/**
 * Runs the effect of a call after the configured latency, or returns a fault instead. The vendor calls it between
 * claiming an idempotency key and saving the result, so that the call is in flight while it waits.
 */
export type Perform = (effect: () => Answer) => Promise<Answer>;

/** An emulated vendor. Each `effect` runs in one synchronous step, so that calls can't interleave. */
export interface Vendor {
  /** True if an idempotency key keeps a 5xx sent after the effect, as at Stripe. False if it keeps the actual result. */
  readonly replaysServerErrors: boolean;
  answer(request: VendorRequest, perform: Perform): Promise<Answer>;
  /** Returns the vendor's own error for a status, or `body` with the vendor's headers. */
  faultAnswer(request: VendorRequest, status: number, body: unknown): Answer;
  reset(): void;
}
