import type { IssuePolicy } from "@keybrake/core";
import type { WireError } from "./errors.ts";

/** What the stage answers to `POST /policy`. */
export type PolicyAnswer = { policy: IssuePolicy } | { error: WireError };

/** A vault key as the other process has it; `text` and `json` are what it makes of it. */
export interface WireKey {
  id: string;
  token: string;
  vendor: string;
  label: string;
  baseUrl: string;
  text: string;
  json: string;
}

/** What the stage wants the handler in the other process to do next. */
export type Order =
  | { do: "fetch"; path: string; method: string; headers: [string, string][]; body: string }
  | { do: "answer"; text: string }
  | { do: "stream" }
  | { do: "chunk"; text: string }
  | { do: "end" }
  | { do: "throw"; error: WireError };

/** What became of a `fetch` order. */
export type FetchResult =
  | { status: number; headers: [string, string][]; body: string }
  | { error: WireError };

/** How a client of the suites asks: patiently, and again without a wait. */
export const clientPace = { timeoutMs: 60_000, retry: { attempts: 1, delayMs: 1 } } as const;

/** Where the client over there finds the control API and the vendors, below the URL of the stage. */
export const CONTROL_PATH = "/control";
export const VENDORS_PATH = "/vendors";
