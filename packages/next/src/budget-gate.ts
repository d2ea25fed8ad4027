import { getDefaultClient, type Keybrake, KeybrakeError } from "@keybrake/core";
import type { NextRequest } from "next/server.js";

/** What to ask before a route runs: the vendor, the budgets, and the USD that the work may need. */
export type BudgetQuestion = Parameters<Keybrake["validate"]>[0];

/** How the gate asks, and what it does where nobody answers. */
export interface BudgetGateOptions {
  /** Default: the client that `@keybrake/core` makes from the environment. */
  client?: Keybrake;
  /**
   * `true` lets requests through, with a warning each, where Keybrake is unavailable. Default `false`: they are
   * answered 503. Money is safe either way, since the route still gets no key.
   */
  failOpen?: boolean;
}

/**
 * A gate for `proxy.ts` (or `middleware.ts`): asks whether the budgets have room before the route runs, and answers
 * in its place where they have none. Nothing is issued and nothing reserved, so the route's own key still decides.
 *
 * @param question what to ask, or how to tell it from the request; where it throws, the route does not run
 * @returns a response where the request is refused, else `undefined`, which lets it go on
 * @example
 * export const proxy = budgetGate(async () => {
 *   const { userId } = await readSession();
 *   return { vendor: "stripe", budgets: [{ name: `user:${userId}`, dailyUsdCap: 500 }], usd: 20 };
 * });
 *
 * export const config = { matcher: "/api/tools/:path*" };
 */
export function budgetGate(
  question: BudgetQuestion | ((request: NextRequest) => BudgetQuestion | Promise<BudgetQuestion>),
  { client = getDefaultClient(), failOpen = false }: BudgetGateOptions = {},
): (request: NextRequest) => Promise<Response | undefined> {
  return async (request) => {
    try {
      const asked = typeof question === "function" ? await question(request) : question;
      const { allowed, code = "cap_exhausted" } = await client.validate(asked);
      if (!allowed) return new KeybrakeError({ code, message: "The budget has no room." }).toResponse();
    } catch (error) {
      if (!KeybrakeError.isInstance(error)) throw error;
      if (!failOpen || error.code !== "vault_key_unavailable") return error.toResponse();
      console.warn(`keybrake: unavailable, the budget gate is open for ${request.nextUrl.pathname}`);
    }
  };
}
