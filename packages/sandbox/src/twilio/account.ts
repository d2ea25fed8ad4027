import { randomUUID } from "node:crypto";
import type { PricedEffect } from "../ledger.ts";
import type { Bill, PriceTiming } from "./billing.ts";
import type { Call, Message, PhoneNumber, Service, Verification } from "./objects.ts";
import type { TwilioPriceBook } from "./price-book.ts";

/** One wallet: the main account, or a sub-account of it. They share nothing. */
export interface Account {
  readonly sid: string;
  readonly authToken: string;
  readonly friendlyName: string;
  readonly ownerSid: string;
  readonly createdAtMs: number;
  readonly messages: Map<string, Message>;
  readonly calls: Map<string, Call>;
  readonly phoneNumbers: Map<string, PhoneNumber>;
  readonly verifications: Map<string, Verification>;
  readonly services: Map<string, Service>;
}

export interface ApiKey {
  readonly secret: string;
  readonly accountSid: string;
}

/** Everything behind one Twilio sandbox. */
export interface TwilioWorld {
  readonly prices: TwilioPriceBook;
  readonly timing: PriceTiming;
  /** How long a call lasts, in seconds, unless its `TimeLimit` ends it. */
  readonly callSeconds: number;
  /** By SID. */
  readonly accounts: Map<string, Account>;
  /** By SID. */
  readonly apiKeys: Map<string, ApiKey>;
  /** What every message and call cost, by its SID. */
  readonly bills: Map<string, Bill>;
}

/** One call to one route. */
export interface TwilioCall {
  readonly world: TwilioWorld;
  /** Whose wallet it is on: the account in the path, or the caller's own. */
  readonly account: Account;
  readonly path: string;
  /** The SIDs and numbers in the path. */
  readonly names: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly form: URLSearchParams;
  readonly nowMs: number;
  record(effect: PricedEffect): void;
}

/** Answers with the wire object, or throws a refusal. It must check everything before it changes anything. */
export type TwilioHandler = (call: TwilioCall) => object;

export function createAccount(
  details: Pick<Account, "sid" | "authToken" | "friendlyName" | "ownerSid" | "createdAtMs">,
): Account {
  return {
    ...details,
    messages: new Map(),
    calls: new Map(),
    phoneNumbers: new Map(),
    verifications: new Map(),
    services: new Map(),
  };
}

/** Two letters and 32 hexadecimal digits. */
export function newSid(prefix: string): string {
  return prefix + newToken();
}

export function newToken(): string {
  return randomUUID().replaceAll("-", "");
}

/** `Thu, 24 Aug 2023 05:01:45 +0000`, as the 2010 API has it. */
export function toRfc2822(ms: number): string {
  return new Date(ms).toUTCString().replace("GMT", "+0000");
}

/** `2023-08-24T05:01:45Z`, as the newer APIs have it. */
export function toIsoSeconds(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
