import type { Duration } from "./protocol/duration.ts";

/**
 * What to ask for when a vault key is issued. Amounts are USD with at most six decimals. A policy has a cap, or states
 * that it has none: see {@link SpendLimit}.
 *
 * @example
 * const policy: Policy = {
 *   label: "billing-agent/run-7",
 *   vendor: "stripe",
 *   allowedEndpoints: ["POST /v1/payment_intents"],
 *   budgets: [{ name: "user:42", dailyUsdCap: 500 }],
 *   expiresIn: "5m",
 * };
 */
export type Policy = PolicyFields & SpendLimit;

/**
 * What limits the money of a key: a cap of its own, a budget, or its parent key. A policy without any of
 * them must state `uncapped: true`, so that a code review shows it. `maxUsdPerCall` and `maxCalls` alone are no cap.
 */
export type SpendLimit =
  | { dailyUsdCap: number }
  | { totalUsdCap: number }
  /** At least one. A budget that is only named counts, since it may have a stored cap. */
  | { budgets: (string | StatedBudget)[] }
  | { parent: "self" }
  | { uncapped: true };

/** The fields of a {@link Policy}. */
export interface PolicyFields {
  /** Who the key works for: 1 to 200 printable characters, kept in every audit entry. */
  label: string;
  /** A vendor the proxy is configured for, such as `stripe`. */
  vendor: string;
  /**
   * `[METHOD ]/path` patterns: `*` is one segment, a last `/*` one or more. An entry with `maxUsdPerCall` bounds the
   * calls that it matches, in place of the key's own bound. Default: every endpoint.
   */
  allowedEndpoints?: (string | EndpointBound)[];
  /** USD a UTC day. Default: uncapped; 0 means no spending call at all. */
  dailyUsdCap?: number;
  /** USD over the key's life. Default: uncapped. */
  totalUsdCap?: number;
  /** The most USD one call may reserve; also what a call without a known price reserves. Default: no limit. */
  maxUsdPerCall?: number;
  /** The most calls the key may make in its life. Default: no limit. */
  maxCalls?: number;
  /** The most calls in any 60 seconds. Default: no limit. */
  callsPerMinute?: number;
  /**
   * Up to 8 budgets that the key's calls must fit as well: names, or names with caps. A budget counts what every key
   * spends that names it, so `[{ name: "user:42", dailyUsdCap: 500 }]` caps a user across all keys. Default: none.
   */
  budgets?: (string | StatedBudget)[];
  /** How long the key lives. Default `"5m"`. */
  expiresIn?: Duration;
  /** `"test"` keys use the vendor's test credential. Default `"live"`. */
  mode?: "live" | "test";
  /** `true`: nothing is refused for policy, the audit log says what would have been. Default `false`. */
  shadow?: boolean;
  /**
   * The vendor accounts that the key can act on, such as `["acct_1"]`. If the list lacks `"self"`, the credential's own
   * account, each call must name one of the others. `["*"]` allows any account. Default `["self"]`.
   */
  accounts?: string[];
  /** `true` lets a capped key start what renews outside the proxy, such as subscriptions. Default `false`. */
  allowRecurring?: boolean;
  /**
   * `"inject"`: a spending call without an idempotency key gets one from its run (the label), endpoint and body, so
   * that a retry by whatever layer is one charge. Two calls of one run that are alike in all of these are one.
   */
  idempotency?: "inject";
  /**
   * `"self"`: carves the key out of the vault key that issues it (its token stands for the Keybrake token). It can
   * only be narrower, its cap is taken from the parent's room, and it ends with the parent at the latest.
   */
  parent?: "self";
  /** `true`: nothing needs to limit what the key spends. It isn't sent, and takes no cap away. Default `false`. */
  uncapped?: boolean;
  /** Up to 20 string pairs, kept in every audit entry. */
  metadata?: Record<string, string>;
}

/** An endpoint, and the most that one call of it may reserve. If several entries match a call, the lowest bound holds. */
export interface EndpointBound {
  /** A pattern as in `allowedEndpoints`. */
  endpoint: string;
  /** USD; 0 refuses every spending call. Also what a call reserves whose price isn't known. */
  maxUsdPerCall: number;
}

/**
 * A budget, and the caps that bind this key's calls against everything spent on it by any key. Other keys may state
 * other caps; to bind every key, store a cap in the budget.
 */
export interface StatedBudget {
  /** Such as `user:42`: letters, digits and `: . _ @ -`, at most 128. Take the id from your session, never from the agent. */
  name: string;
  /** USD per UTC day. Default: no cap of this key. */
  dailyUsdCap?: number | undefined;
  /** USD per UTC month. Default: no cap of this key. */
  monthlyUsdCap?: number | undefined;
  /** USD over the life of the budget. Default: no cap of this key. */
  totalUsdCap?: number | undefined;
}

/** The stand-in of {@link IssueOptions.failOpen}: a vendor credential of the caller's own, and where to use it. */
export interface FailOpenCredential {
  token: string;
  /** Origin (and path prefix) of the vendor's API, such as `https://api.resend.com`. */
  baseUrl: string;
}

/** A {@link Policy} with what the client does about it. */
export type IssuePolicy = Policy & IssueOptions;

/** What the client does about a policy. None of it is sent. */
export interface IssueOptions {
  /**
   * Extends the key before it expires until `withVaultKey` is done, by `expiresIn` each time. The proxy's
   * `max_lifetime` still ends it. Default `false`.
   */
  keepAlive?: boolean;
  /**
   * What to use when no key can be had because Keybrake is unreachable, for calls where a missed send is worse
   * than an untracked one. Default: none, so the work fails with `VaultKeyUnavailableError`. Every use warns on
   * the console and emits a `fail_open` event. A refused policy never fails open.
   */
  failOpen?: () => FailOpenCredential;
}

/** A policy, or how to make one from the host's input (a request, a job, a tool's input). */
export type PolicyFor<Input> = IssuePolicy | ((input: Input) => IssuePolicy | Promise<IssuePolicy>);

/** The policy for one input. */
export async function resolvePolicy<Input>(policy: PolicyFor<Input>, input: Input): Promise<IssuePolicy> {
  return typeof policy === "function" ? policy(input) : policy;
}
