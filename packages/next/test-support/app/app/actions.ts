"use server";

import { withVaultKeyAction } from "@keybrake/next";
import { redirect } from "next/navigation";

export type ChargeState = { keyId: string; arguments: number } | { error: string } | null;

export const charge = withVaultKeyAction(
  (_before: ChargeState, form: FormData) => ({
    label: `action ${form.get("ending")}`,
    vendor: "stripe",
    totalUsdCap: 20,
  }),
  async (key, ...given) => {
    const [, form] = given;
    const response = await key.fetch("/v1/payment_intents", {
      method: "POST",
      body: new URLSearchParams({ amount: String(form.get("cents")), currency: "usd" }),
    });
    if (!response.ok) throw new Error(`the vendor answered ${response.status}`);
    if (form.get("ending") === "redirect") redirect("/charged");
    if (form.get("ending") === "throw") throw new Error("the action failed");
    return { keyId: key.id, arguments: given.length };
  },
);
