import type { KeyedCalls } from "../answer-once.ts";
import type { PricedEffect } from "../ledger.ts";
import type { Broadcast, Email } from "./objects.ts";

/** Everything behind one Resend sandbox. One account, whose API keys are all alike. */
export interface ResendWorld {
  /** Millionths of a US dollar for one recipient of one email. */
  readonly recipientMicroUsd: number;
  readonly domains: readonly string[];
  /** How many contacts every segment and audience has. */
  readonly segmentSize: number;
  /** Names by token. */
  readonly apiKeys: Map<string, ApiKey>;
  readonly emails: Map<string, Email>;
  readonly broadcasts: Map<string, Broadcast>;
  readonly idempotencyKeys: KeyedCalls<string>;
}

export interface ApiKey {
  readonly id: string;
  readonly name: string;
  readonly createdAtMs: number;
}

/** One call to one route. */
export interface ResendCall {
  readonly world: ResendWorld;
  /** The id in the path; empty on routes without one. */
  readonly id: string;
  readonly query: URLSearchParams;
  /** The parsed JSON body; undefined where there is none. */
  readonly body: unknown;
  /** `x-batch-validation: permissive`. */
  readonly permissive: boolean;
  readonly nowMs: number;
  record(effect: PricedEffect): void;
}

/** Answers with the wire object, or throws a refusal. It must check everything before it changes anything. */
export type ResendHandler = (call: ResendCall) => object;

/** `2023-04-03 22:13:42.674981+00`, as Resend writes it. */
export function toTimestamp(ms: number): string {
  return new Date(ms).toISOString().replace("T", " ").replace("Z", "000+00");
}
