import type { StripeCall } from "./account.ts";

/** Everything captured is available at once; nothing is ever pending. */
export function retrieveBalance({ account }: StripeCall): object {
  const amounts = account.balance.size > 0 ? [...account.balance] : [["usd", 0] as const];
  return {
    object: "balance",
    available: amounts.map(([currency, amount]) => ({ amount, currency, source_types: { card: amount } })),
    livemode: account.livemode,
    pending: amounts.map(([currency]) => ({ amount: 0, currency, source_types: { card: 0 } })),
  };
}
