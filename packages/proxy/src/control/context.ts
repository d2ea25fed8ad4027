import type { HttpBindings } from "@hono/node-server";
import type { Context, MiddlewareHandler } from "hono";
import type { ResolvedConfig } from "../config.ts";
import type { InFlight } from "../pipeline/in-flight.ts";
import { Refused } from "../refused.ts";
import { hashToken } from "../secrets.ts";
import type { Store } from "../stores/store.ts";

/** What the control API works with. */
export interface ControlContext {
  config: ResolvedConfig;
  store: Store;
  inFlight: InFlight;
  /** Ms since the epoch. */
  clock: () => number;
  /** Aborts when the proxy shuts down: what would otherwise go on for ever must end. */
  closing: AbortSignal;
}

/** What is known about a caller of the control API. */
export interface ControlVariables {
  requestId: string;
  tenant: string;
  /** The Keybrake token itself; new vault keys are derived from it, and it is kept nowhere. */
  token: string;
}

export type ControlEnv = { Variables: ControlVariables; Bindings: HttpBindings };

/** Lets through who presents a Keybrake token of the configuration. */
export function requireToken({ config }: ControlContext): MiddlewareHandler<ControlEnv> {
  return async (c, next) => {
    const token = /^Bearer ([^\s]+)$/i.exec(c.req.header("authorization") ?? "")?.[1];
    const tenant = token === undefined ? undefined : config.tenants.get(hashToken(token));
    if (token === undefined || tenant === undefined) {
      throw new Refused({
        code: "invalid_token",
        message: "No such Keybrake token. Send KEYBRAKE_TOKEN as Authorization: Bearer <token>.",
      });
    }
    c.set("tenant", tenant);
    c.set("token", token);
    await next();
  };
}

/** A path parameter that the route promises. */
export function param(c: Context<ControlEnv>, name: string): string {
  return c.req.param(name) ?? "";
}
