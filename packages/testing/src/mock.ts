import type { Refusal, WireIssuedKey } from "@keybrake/core/protocol";
import { MockFreezes } from "./mock-freezes.ts";
import { MockKeys } from "./mock-keys.ts";
import { MockBudgets } from "./mock-ledger.ts";

/** Answers a vendor's calls. The request is the vendor's own: its path, and no vault key. */
export type VendorHandler = (request: Request) => Response | Promise<Response>;

/** USD of one call, at most 6 decimals; or how to tell it from the request. */
export type CallCost = number | ((request: Request) => number | Promise<number>);

/** One call that named a vendor. */
export interface VendorCall {
  vendor: string;
  method: string;
  /** The vendor's path with its query, such as `/v1/charges?limit=3`. */
  path: string;
  body: string;
  /** `undefined` where the token was not known. */
  keyId: string | undefined;
  decision: "allowed" | "refused";
  /** Why it was refused. */
  code: Refusal["code"] | undefined;
  /** What it cost its key and its budgets, in USD. */
  costUsd: number;
}

/** All that the mock remembers; `reset()` makes a new one. */
export class Mock {
  readonly budgets: MockBudgets = new MockBudgets();
  readonly keys: MockKeys = new MockKeys(this.budgets);
  readonly freezes: MockFreezes = new MockFreezes(this.keys);
  readonly issued: WireIssuedKey[] = [];
  readonly calls: VendorCall[] = [];
  /** What was answered to an `Idempotency-Key`. */
  readonly replies: Map<string, { text: string; key: WireIssuedKey }> = new Map();
  readonly vendors: Map<string, VendorHandler> = new Map();
  readonly costs: Map<string, CallCost> = new Map();
  down = false;
  forced: { at: "control" | "proxy"; refusal: Refusal } | undefined;
}
