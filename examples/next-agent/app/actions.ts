"use server";

import { withVaultKeyAction } from "@keybrake/next";
import { refresh } from "next/cache";
import { charge, chargeSchema } from "../lib/charge.ts";
import { chargePolicy } from "../lib/policies.ts";
import { getUser } from "../lib/session.ts";

export type ChargeState = { id: string; customer: string; amountCents: number } | { error: string } | null;

/** Charges what the form says. The user and the budget are the session's, not the form's. */
export const chargeForm = withVaultKeyAction(
  async () => chargePolicy(await getUser(), "page"),
  async (key, _before: ChargeState, form: FormData): Promise<ChargeState> => {
    const { data, error } = chargeSchema.safeParse(Object.fromEntries(form));
    if (error) return { error: "invalid_input" };
    try {
      return await charge(key, data);
    } finally {
      refresh();
    }
  },
);
