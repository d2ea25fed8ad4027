"use client";

import { useActionState } from "react";
import { type ChargeState, chargeForm } from "./actions.ts";

export function ChargeForm() {
  const [state, submit, pending] = useActionState(chargeForm, null);
  return (
    <form action={submit}>
      <label>
        Customer <input name="customer" defaultValue="Dora" required />
      </label>
      <label>
        Amount in cents <input name="amountCents" type="number" min="1" defaultValue="2500" required />
      </label>
      <button type="submit" disabled={pending}>
        Charge
      </button>
      <p role="status">{describe(state)}</p>
    </form>
  );
}

function describe(state: ChargeState): string {
  if (!state) return "";
  if ("error" in state) return `Refused: ${state.error}`;
  return `Charged ${state.customer} ${(state.amountCents / 100).toFixed(2)} USD (${state.id})`;
}
