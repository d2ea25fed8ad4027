import {
  budgetName,
  budgetSchema,
  budgetUpdateSchema,
  pageQuery,
  pageSchema,
  toMicroUsd,
  type WireBudgetUpdate,
} from "@keybrake/core/protocol";
import type { BudgetSettings } from "@keybrake/ledger";
import * as z from "zod/mini";
import { Refused } from "../refusals/refused.ts";
import { type ControlContext, param } from "./context.ts";
import { type Operation, operation, toInvalid } from "./operation.ts";
import { toPageRequest, toWirePage } from "./page.ts";
import { toWireBudget } from "./to-wire.ts";

/** Caps that many keys share. */
export function budgetOperations({ store, clock }: ControlContext): Operation[] {
  return [
    operation({
      method: "GET",
      path: "/v1/budgets",
      summary: "List budgets with their spend, by name.",
      query: z.strictObject(pageQuery),
      answer: pageSchema(budgetSchema),
      async handle(c, { query }) {
        const page = await store.listBudgets(c.get("tenant"), toPageRequest(query));
        return toWirePage(page, (budget) => toWireBudget(budget, clock()));
      },
    }),
    operation({
      method: "GET",
      path: "/v1/budgets/:name",
      summary: "Read a budget with its spend.",
      answer: budgetSchema,
      async handle(c) {
        const budget = await store.getBudget(c.get("tenant"), param(c, "name"));
        if (!budget)
          throw new Refused({
            code: "not_found",
            message:
              "There is no budget with this name in your tenant. List the budgets with GET /v1/budgets.",
          });
        return toWireBudget(budget, clock());
      },
    }),
    operation({
      method: "PUT",
      path: "/v1/budgets/:name",
      summary: "Set a budget's caps, or freeze it; what is left out stays.",
      role: (body) => (isBrake(body) ? "issue" : "admin"),
      body: budgetUpdateSchema,
      answer: budgetSchema,
      async handle(c, { body }) {
        const name = param(c, "name");
        if (!z.safeParse(budgetName, name).success)
          throw toInvalid([{ path: "name", message: "must be letters, digits and : . _ @ -" }]);
        return toWireBudget(await store.putBudget(c.get("tenant"), name, toSettings(body)), clock());
      },
    }),
  ];
}

/** Whether an update freezes a budget and does nothing else. */
function isBrake({ frozen, ...rest }: WireBudgetUpdate): boolean {
  return frozen === true && Object.values(rest).every((value) => value === undefined);
}

function toSettings(update: WireBudgetUpdate): Partial<BudgetSettings> {
  const { daily_usd_cap, monthly_usd_cap, total_usd_cap, frozen } = update;
  return {
    ...(daily_usd_cap === undefined ? {} : { dailyCapMicroUsd: toNullableMicroUsd(daily_usd_cap) }),
    ...(monthly_usd_cap === undefined ? {} : { monthlyCapMicroUsd: toNullableMicroUsd(monthly_usd_cap) }),
    ...(total_usd_cap === undefined ? {} : { totalCapMicroUsd: toNullableMicroUsd(total_usd_cap) }),
    ...(frozen === undefined ? {} : { frozen }),
  };
}

function toNullableMicroUsd(usd: number | null): number | null {
  return usd === null ? null : (toMicroUsd(usd) ?? null);
}
