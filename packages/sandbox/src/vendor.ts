import type { IncomingHttpHeaders } from "node:http";

export interface VendorRequest {
  readonly method: string;
  /** As it came, without the query. Nothing is decoded or normalized. */
  readonly path: string;
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Whether an idempotency key replays it. Left out, the vendor decides by the status. */
  readonly replayable?: boolean;
}

/**
 * Runs the work of a call after the configured latency, or a fault in its place. The vendor calls it between
 * claiming an idempotency key and saving the result, so that a call really is under way while it waits.
 */
export type Perform = (effect: () => Answer) => Promise<Answer>;

/** A fake vendor. Whatever `effect` does, it does in one synchronous step. */
export interface Vendor {
  /** Whether an idempotency key keeps a 5xx that came after the work, as Stripe's do, or the work's true result. */
  readonly replaysServerErrors: boolean;
  answer(request: VendorRequest, perform: Perform): Promise<Answer>;
  /** The vendor's own error for a status, or `body` in its clothes. */
  faultAnswer(request: VendorRequest, status: number, body: unknown): Answer;
  reset(): void;
}
