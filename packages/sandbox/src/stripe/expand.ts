import type { Account } from "./account.ts";
import type { FormObject } from "./form.ts";

/**
 * Puts whole objects in place of the ids that `expand[]` names. It runs after the effect, so it never refuses:
 * what the sandbox does not hold stays an id.
 */
export function expand(answer: object, params: FormObject, account: Account): object {
  if (typeof params.expand !== "object") return answer;
  // A list comes as `expand[]`, or as `expand[0]`, `expand[1]`, … from the SDKs.
  return Object.values(params.expand)
    .filter((path) => typeof path === "string")
    .reduce((expanded, path) => expandPath(expanded, path.split("."), account), answer);
}

function expandPath(value: object, [name, ...rest]: readonly string[], account: Account): object {
  if (name === undefined) return value;
  if (Array.isArray(value)) return value.map((item) => expandPath(item, [name, ...rest], account));
  const entry = Object.entries(value).find(([key]) => key === name);
  const inner = typeof entry?.[1] === "string" ? findById(account, entry[1]) : entry?.[1];
  if (typeof inner !== "object" || inner === null) return value;
  return { ...value, [name]: expandPath(inner, rest, account) };
}

function findById(account: Account, id: string): object | undefined {
  return (
    account.paymentIntents.get(id) ??
    account.charges.get(id) ??
    account.refunds.get(id) ??
    account.customers.get(id) ??
    account.invoices.get(id)
  );
}
