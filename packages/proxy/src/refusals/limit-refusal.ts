import { formatUsd, type Refusal, type WireLimitDetails } from "@keybrake/core/protocol";
import type { LimitRefusal } from "@keybrake/ledger";
import { toTimestamp } from "@keybrake/ledger";
import { KEY_EXPIRED, KEY_FROZEN, KEY_REVOKED } from "./refused.ts";

/** What a message says about the call that was refused. */
export interface RefusedCall {
  /** Method and path. */
  endpoint: string;
  /** Whether it starts something that renews outside the proxy. */
  renews: boolean;
  /** The bounds for the endpoint, of the key and of those above it. */
  endpointBounds?: readonly (number | null)[];
  /** The currency that has no rate. */
  currency?: string;
  /** Which object the vendor doesn't have, if the cost of the call is to be read there. */
  missing?: string;
  /** What would give it a price. */
  hint?: string | undefined;
}

const ANY_CALL: RefusedCall = { endpoint: "The call", renews: false };

const MESSAGES: Record<LimitRefusal["code"], (refusal: LimitRefusal, call: RefusedCall) => string> = {
  key_revoked: () => KEY_REVOKED,
  key_expired: () => KEY_EXPIRED,
  key_frozen: ({ limit = "" }) => toFrozen(limit),
  budget_frozen: ({ limit }) =>
    `The budget "${limit?.slice("budget:".length)}" is frozen, so every call on it is refused. Ask an operator to unfreeze it: PUT /v1/budgets/${limit?.slice("budget:".length)} with { "frozen": false }.`,
  call_limit_reached: () => "The vault key has made all of its max_calls. Issue another key.",
  rate_limited: ({ retryAfterSeconds }) =>
    `The vault key exceeds its calls_per_minute. Retry in ${retryAfterSeconds} s.`,
  unpriced_endpoint: (refusal, call) =>
    refusal.requestedMicroUsd === undefined
      ? call.renews
        ? toRenewal(call)
        : toUnpriced(call)
      : toExceeded(refusal, call),
  currency_unpriced: (_refusal, { currency = "the currency" }) =>
    `A cap applies, and the proxy's configuration has no exchange rate for ${currency.toUpperCase()}. Ask the operator to add fx.${currency.toUpperCase()}, the USD for one unit.`,
  cap_exhausted: toExhausted,
};

function toFrozen(limit: string): string {
  if (!limit.startsWith("freeze:")) return KEY_FROZEN;
  const id = limit.slice("freeze:".length);
  return `The freeze ${id} stops this vault key. Don't retry: an operator can lift it with DELETE /v1/freezes/${id}. Nothing was forwarded.`;
}

const RESERVE_A_BOUND =
  "If you know the most that it can cost, issue a key with that amount as max_usd_per_call, for this endpoint in allowed_endpoints or for every call: the call reserves it.";

function toUnpriced({ endpoint, missing, hint }: RefusedCall): string {
  if (missing !== undefined) {
    return `A cap applies, and Keybrake reads from another object what ${endpoint} can cost, but ${missing}. Nothing was forwarded. Check the id, and that the key's mode and the account that the call names are the object's.`;
  }
  const operator = /^(?:GET|HEAD|OPTIONS) /.test(endpoint)
    ? `If it's free, ask the operator to declare it: { "match": "${endpoint}", "price": "free" }.`
    : "Otherwise, ask the operator to price the endpoint.";
  return (
    `A cap applies, and Keybrake can't tell before the call what ${endpoint} can cost. ` +
    (hint === undefined ? "" : `${hint} `) +
    `${RESERVE_A_BOUND} ${operator}`
  );
}

/** A bound below what a call there has cost already. */
function toExceeded(
  { requestedMicroUsd = 0, capMicroUsd = 0 }: LimitRefusal,
  { endpoint, endpointBounds }: RefusedCall,
): string {
  const told = formatUsd(requestedMicroUsd);
  const bound = formatUsd(capMicroUsd);
  const [which, key] = endpointBounds?.includes(capMicroUsd)
    ? ["the max_usd_per_call of its entry in allowed_endpoints", `a key whose entry for ${endpoint} has`]
    : ["the key's max_usd_per_call", "a key with"];
  return `A call of ${endpoint} cost ${told} USD, and ${which} is ${bound}. Nothing was forwarded. Issue ${key} a max_usd_per_call of at least ${told}.`;
}

function toRenewal({ endpoint }: RefusedCall): string {
  return (
    `A cap applies, and ${endpoint} starts or changes payments that renew without passing Keybrake, so no cap can limit them. ` +
    "To allow that, issue a key with allow_recurring: true."
  );
}

/** The field that sets each cap of a key. */
const FIELDS: Readonly<Record<string, string>> = {
  "key:daily": "daily_usd_cap",
  "key:total": "total_usd_cap",
};

function toExhausted(refusal: LimitRefusal, { endpoint, endpointBounds }: RefusedCall): string {
  const { limit = "", requestedMicroUsd = 0, capMicroUsd = 0, resetsAt } = refusal;
  const requested = formatUsd(requestedMicroUsd);
  if (limit === "key:per_call") {
    const bound = formatUsd(capMicroUsd);
    if (endpointBounds?.includes(capMicroUsd)) {
      return `The call can cost ${requested} USD, and the max_usd_per_call of its entry in allowed_endpoints is ${bound}. Issue a key whose entry for ${endpoint} has a max_usd_per_call of at least ${requested} to allow it.`;
    }
    return `The call can cost ${requested} USD, and the key's max_usd_per_call is ${bound}. Issue a key with a max_usd_per_call of at least ${requested} to allow it.`;
  }
  const { spentMicroUsd = 0, heldMicroUsd = 0 } = refusal;
  const remaining = formatUsd(Math.max(0, capMicroUsd - spentMicroUsd - heldMicroUsd));
  const advice =
    resetsAt === undefined
      ? "The cap doesn't reset: don't retry."
      : `Don't retry before ${toTimestamp(resetsAt)}.`;
  // Before a lookup the cost isn't known, but with nothing left it doesn't matter.
  const what = refusal.requestedMicroUsd === undefined ? "" : `The call can cost ${requested} USD, and `;
  return `${what}${remaining} of ${toCapName(refusal)} (${formatUsd(capMicroUsd)} USD) remains. ${advice}`;
}

/** Why a child key can't be issued: its parent has too little left to set the child's cap aside. */
export function toCarvingRefusal(refusal: LimitRefusal): Refusal {
  if (refusal.code !== "cap_exhausted") return toRefusal(refusal);
  const { requestedMicroUsd = 0, capMicroUsd = 0, spentMicroUsd = 0, heldMicroUsd = 0 } = refusal;
  const remaining = formatUsd(Math.max(0, capMicroUsd - spentMicroUsd - heldMicroUsd));
  return {
    ...toRefusal(refusal),
    message: `The child key's total_usd_cap (${formatUsd(requestedMicroUsd)} USD) is set aside in its parent, where ${remaining} of ${toCapName(refusal)} (${formatUsd(capMicroUsd)} USD) remains. Nothing was issued. Issue the child with a total_usd_cap of at most ${remaining}.`,
  };
}

/** A cap by its field, and by the budget it belongs to. */
function toCapName({ limit = "", stated }: LimitRefusal): string {
  const field = FIELDS[limit];
  if (field !== undefined) return `the key's ${field}`;
  const period = limit.slice(limit.lastIndexOf(":") + 1);
  const budget = limit.slice("budget:".length, limit.lastIndexOf(":"));
  return `the ${period} cap that ${stated ? "the key states for" : "is stored for"} the budget "${budget}"`;
}

/** A limit's refusal as the client gets it. */
export function toRefusal(refusal: LimitRefusal, call: RefusedCall = ANY_CALL): Refusal {
  const { code, retryAfterSeconds } = refusal;
  return {
    code,
    message: MESSAGES[code](refusal, call),
    ...(refusal.limit === undefined ? {} : { details: toDetails(refusal.limit, refusal) }),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  };
}

function toDetails(limit: string, refusal: LimitRefusal): WireLimitDetails {
  const { capMicroUsd, spentMicroUsd, heldMicroUsd, requestedMicroUsd, resetsAt } = refusal;
  return {
    limit,
    ...(refusal.stated ? { stated: true } : {}),
    ...(capMicroUsd === undefined ? {} : { cap_usd: formatUsd(capMicroUsd) }),
    ...(spentMicroUsd === undefined ? {} : { spent_usd: formatUsd(spentMicroUsd) }),
    ...(heldMicroUsd === undefined ? {} : { held_usd: formatUsd(heldMicroUsd) }),
    ...(requestedMicroUsd === undefined ? {} : { requested_usd: formatUsd(requestedMicroUsd) }),
    ...(resetsAt === undefined ? {} : { resets_at: toTimestamp(resetsAt) }),
  };
}
