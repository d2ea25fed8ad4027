import type { VaultKey } from "@keybrake/core";

/** Charges 20 USD. */
export function charge(key: VaultKey): Promise<Response> {
  const body = new URLSearchParams({ amount: "2000", currency: "usd" });
  return key.fetch("/v1/payment_intents", { method: "POST", body });
}
