"use client";

import { useActionState } from "react";
import { charge } from "./actions";

export function ChargeForm() {
  const [state, submit] = useActionState(charge, null);
  return (
    <form action={submit}>
      <output>{JSON.stringify(state)}</output>
      <input name="cents" defaultValue="2000" />
      <input name="ending" defaultValue="return" />
      <button type="submit">Charge</button>
    </form>
  );
}
