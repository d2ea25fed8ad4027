import type { HttpBindings } from "@hono/node-server";
import type { KeyRecord, Ledger } from "@keybrake/ledger";
import type { Context, MiddlewareHandler } from "hono";
import type { ResolvedConfig } from "../config/config.ts";
import { Refused } from "../refusals/refused.ts";
import { hashToken, isWellFormedToken } from "../secrets.ts";
import type { Role } from "./roles.ts";
import type { NamedBudgets } from "./to-wire.ts";

/** The calls under way in this process, as far as the control API has to do with them. */
export interface CallsInFlight {
  /** Stops the calls of a revoked key. Gives the ids of those that were never sent. */
  stop(keyId: string): string[];
}

/** What the control API works with. */
export interface ControlContext {
  config: ResolvedConfig;
  store: Ledger;
  inFlight: CallsInFlight;
  /** Ms since the epoch. */
  clock: () => number;
  /** Aborts when the proxy shuts down: what would otherwise go on for ever must end. */
  closing: AbortSignal;
}

/** What is known about a caller of the control API. */
export interface ControlVariables {
  requestId: string;
  tenant: string;
  /** The credential itself; new vault keys are derived from it, and it is kept nowhere. */
  token: string;
  /** Of a Keybrake token. A vault key has none: what it may ask for is said by each operation. */
  role: Role;
  /** Of a Keybrake token: they are added to every key that it issues. */
  budgets: NamedBudgets;
  /** The vault key that calls, where it is not a Keybrake token. */
  holder: KeyRecord | undefined;
}

export type ControlEnv = { Variables: ControlVariables; Bindings: HttpBindings };

/** Lets through who presents a Keybrake token of the configuration, or a living vault key. */
export function requireToken({ config, store, clock }: ControlContext): MiddlewareHandler<ControlEnv> {
  return async (c, next) => {
    const token = /^Bearer ([^\s]+)$/i.exec(c.req.header("authorization") ?? "")?.[1];
    if (token === undefined) throw invalidToken();
    const holder = isWellFormedToken(token) ? await store.findKey(hashToken(token)) : undefined;
    const known = config.tokens.get(hashToken(token));
    const tenant = holder?.tenant ?? known?.tenant;
    const hasEnded = holder && (holder.revokedAt !== null || holder.expiresAt <= clock());
    if (tenant === undefined || hasEnded) throw invalidToken();
    c.set("tenant", tenant);
    c.set("token", token);
    c.set("role", known?.role ?? "read");
    c.set("budgets", known?.budgets ?? NO_BUDGETS);
    c.set("holder", holder);
    await next();
  };
}

const NO_BUDGETS: NamedBudgets = { budgets: [] };

export function invalidToken(): Refused {
  return new Refused({
    code: "invalid_token",
    message:
      "The Keybrake token is missing, unknown or not meant for this request. Send one from tokens in the configuration as Authorization: Bearer <token>. A vault key (vk_…) can only issue its own children, and read, extend and revoke itself and them.",
  });
}

/** A path parameter that the route promises. */
export function param(c: Context<ControlEnv>, name: string): string {
  return c.req.param(name) ?? "";
}
