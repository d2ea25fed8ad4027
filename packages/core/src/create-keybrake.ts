import type { AnswerShape } from "./answer-shape.ts";
import { type ControlClient, createControlClient, type KeybrakeOptions } from "./control-client.ts";
import { VaultKeyUnavailableError } from "./errors.ts";
import type { IssuePolicy, Policy } from "./policy.ts";
import { DEFAULT_EXPIRES_IN } from "./protocol/duration.ts";
import { fromWire, toWire } from "./protocol/wire-names.ts";
import type {
  CamelKeys,
  WireAuditEntry,
  WireAuditQuery,
  WireBudget,
  WireBudgetUpdate,
  WireFreeze,
  WireFreezeReceipt,
  WireFreezeRequest,
  WireIssuedKey,
  WireKey,
  WireKeyChanges,
  WireKeyWithSpend,
  WireRevokeMany,
  WireValidate,
  WireValidation,
} from "./protocol.ts";
import { toWirePolicy } from "./to-wire-policy.ts";
import { toMoment, VaultKey } from "./vault-key.ts";
import { runWithVaultKey, type WithVaultKeyOptions } from "./with-vault-key.ts";

/** A page of a list, newest first. */
export interface Page<Item> {
  data: Item[];
  hasMore: boolean;
}

/** Which page: `startingAfter` is the id of the last item of the page before; `limit` at most 100, default 20. */
export interface PageOptions {
  limit?: number;
  startingAfter?: string;
}

export type KeyInfo = CamelKeys<WireKey>;
export type KeyWithSpend = CamelKeys<WireKeyWithSpend>;
/** What {@link Keybrake.updateKey} can change. Amounts are USD with at most six decimals. */
export type KeyChanges = CamelKeys<WireKeyChanges>;
/** Which keys to freeze: at least one of `labelPrefix`, `budget`, `vendor`, or `all: true`; and a `note` for people. */
export type FreezeScope = CamelKeys<WireFreezeRequest>;
export type Freeze = CamelKeys<WireFreeze>;
/** A new freeze, with the active keys that it matches now, and their calls that were already admitted. */
export type FreezeReceipt = CamelKeys<WireFreezeReceipt>;
export type Budget = CamelKeys<WireBudget>;
export type AuditEntry = CamelKeys<WireAuditEntry>;

/** A Keybrake client: issues vault keys, revokes them, and reads what became of them. */
export interface Keybrake {
  /**
   * Issues a key. The caller revokes it: prefer `withVaultKey`, or `await using`.
   *
   * @throws {VaultKeyUnavailableError} Keybrake is unreachable and the policy has no `failOpen`
   * @throws {InvalidPolicyError} the policy is wrong; `issues` names the fields
   */
  issue(policy: IssuePolicy, options?: { signal?: AbortSignal | undefined }): Promise<VaultKey>;
  /** Issues a key, runs `use(key)`, revokes the key when `use` is done, whatever its end. */
  withVaultKey<Result>(
    policy: IssuePolicy | (() => IssuePolicy | Promise<IssuePolicy>),
    use: (key: VaultKey) => Result | Promise<Result>,
    options?: WithVaultKeyOptions,
  ): Promise<Result>;
  /** One key with its live spend. */
  getKey(id: string): Promise<KeyWithSpend>;
  listKeys(
    filter?: PageOptions & {
      status?: KeyInfo["status"];
      vendor?: string;
      labelPrefix?: string;
      budget?: string;
    },
  ): Promise<Page<KeyInfo>>;
  /**
   * Changes the limits of an active key, in force for its next call. `null` takes a limit away; what is left out stays.
   * To lower limits, narrow `allowedEndpoints`, or freeze the key, the Keybrake token needs the role `issue`; to raise
   * anything, `admin`. A cap in USD may be lower than what is spent already: then nothing remains.
   *
   * @throws {KeybrakeError} `key_ended`: the key was revoked or has expired. `insufficient_role`: nothing was changed.
   * @example
   * await keybrake.updateKey(key.id, { dailyUsdCap: 20, frozen: true });
   */
  updateKey(id: string, changes: KeyChanges): Promise<KeyInfo>;
  /** The kill switch: revokes every key that matches all the given fields. Resolves with how many. */
  revokeKeys(filter: CamelKeys<WireRevokeMany>): Promise<number>;
  /**
   * Refuses every call of the vault keys that match all the given fields, issued before or after, until the freeze is
   * lifted. Issuing goes on, and calls that were already forwarded complete: `inFlight` has how many, and the USD they
   * hold. Needs a Keybrake token with the role `issue`. At most 100 freezes can be in force.
   *
   * @example
   * const { id, keys } = await keybrake.freeze({ labelPrefix: "billing-agent/", note: "charges too much" });
   */
  freeze(scope: FreezeScope): Promise<FreezeReceipt>;
  /** Lifts a freeze. Needs the role `admin`. @throws {KeybrakeError} `not_found`: no such freeze is in force. */
  liftFreeze(id: string): Promise<Freeze>;
  /** All freezes in force, oldest first. */
  listFreezes(): Promise<Freeze[]>;
  /** Whether a call would fit now. Issues nothing, reserves nothing. */
  validate(question: CamelKeys<WireValidate>): Promise<CamelKeys<WireValidation>>;
  getBudget(name: string): Promise<Budget>;
  listBudgets(page?: PageOptions): Promise<Page<Budget>>;
  /** Sets what is given and leaves the rest; `frozen: true` refuses every call on it at once. */
  setBudget(name: string, update: CamelKeys<WireBudgetUpdate>): Promise<Budget>;
  listAudit(filter?: PageOptions & CamelKeys<WireAuditQuery>): Promise<Page<AuditEntry>>;
  /** Settles a call of unknown outcome, or one at its estimate, at what it really cost in USD. */
  reconcile(auditId: string, costUsd: number): Promise<AuditEntry>;
}

const ISSUED_KEY: AnswerShape = {
  id: "string",
  token: "string",
  label: "string",
  vendor: "string",
  expires_at: "timestamp",
};
const PAGE: AnswerShape = { data: "array", has_more: "boolean" };
const KEY_WITH_SPEND: AnswerShape = { id: "string", status: "string", spend: { total_usd: "number" } };
const FREEZE: AnswerShape = { id: "string" };
const BUDGET: AnswerShape = { name: "string", spend: { total_usd: "number" } };

const controls = new WeakMap<Keybrake, ControlClient>();

/** What a client talks through, for what is built on clients here. */
export function getControlClient(client: Keybrake): ControlClient {
  const control = controls.get(client);
  if (!control) throw new TypeError("The client must be one that createKeybrake() of this package made.");
  return control;
}

/**
 * Makes a client. Nothing is read or sent until it is used.
 *
 * @example
 * const keybrake = createKeybrake({ token: process.env.KEYBRAKE_TOKEN });
 * await keybrake.withVaultKey({ label: "run-7", vendor: "stripe", dailyUsdCap: 20 }, (key) =>
 *   key.fetch("/v1/payment_intents", { method: "POST", body: new URLSearchParams({ amount: "500", currency: "usd" }) }),
 * );
 */
export function createKeybrake(options: KeybrakeOptions = {}): Keybrake {
  const control = createControlClient(options);

  async function issue(
    policy: IssuePolicy,
    { signal }: { signal?: AbortSignal | undefined } = {},
  ): Promise<VaultKey> {
    const body = toWirePolicy(policy);
    // Before there is a key: Deno throws where the program may not read the environment.
    const proxyUrl = control.proxyUrl();
    try {
      const key = await control.call<WireIssuedKey>({
        method: "POST",
        path: "/v1/keys",
        body,
        answer: ISSUED_KEY,
        idempotencyKey: crypto.randomUUID(),
        signal,
      });
      if (key.vendor !== policy.vendor) {
        throw new VaultKeyUnavailableError({
          message:
            "Keybrake is unavailable: it issued a vault key for another vendor than the policy names, so the key wasn't used. Check that KEYBRAKE_API_URL names a Keybrake proxy.",
        });
      }
      control.emit({ type: "issued", keyId: key.id, vendor: key.vendor, label: key.label });
      const { id, token, vendor, label, warnings = [] } = key;
      const vaultKey = new VaultKey(
        {
          id,
          token,
          vendor,
          label,
          expiresAt: new Date(key.expires_at),
          baseUrl: `${proxyUrl}/${vendor}`,
          tracked: true,
        },
        control,
      );
      for (const warning of warnings) vaultKey.warn(warning);
      return vaultKey;
    } catch (error) {
      if (!policy.failOpen || !(error instanceof VaultKeyUnavailableError)) throw error;
      return standIn(policy, policy.failOpen(), error);
    }
  }

  function standIn(policy: Policy, credential: { token: string; baseUrl: string }, error: unknown): VaultKey {
    const { vendor, label, expiresIn = DEFAULT_EXPIRES_IN } = policy;
    console.warn(
      `keybrake: unavailable, failing open for ${vendor} (${label}): its calls are neither capped nor audited`,
    );
    control.emit({ type: "fail_open", vendor, label, error });
    const expiresAt = toMoment(expiresIn);
    return new VaultKey(
      { id: "fail_open", vendor, label, expiresAt, ...credential, tracked: false },
      control,
    );
  }

  async function list<Wire>(
    path: string,
    { limit, ...filter }: PageOptions & object,
  ): Promise<Page<CamelKeys<Wire>>> {
    const query = { ...(toWire(filter) as Record<string, string | undefined>), limit: limit?.toString() };
    const page = await control.call<{ data: Wire[]; has_more: boolean }>({
      method: "GET",
      path,
      query,
      answer: PAGE,
    });
    return fromWire(page) as Page<CamelKeys<Wire>>;
  }

  const client: Keybrake = {
    issue,
    withVaultKey: (policy, use, scope = {}) => runWithVaultKey(issue, control, policy, use, scope),

    async getKey(id) {
      const path = `/v1/keys/${encodeURIComponent(id)}`;
      return fromWire(await control.call<WireKeyWithSpend>({ method: "GET", path, answer: KEY_WITH_SPEND }));
    },
    listKeys: (filter = {}) => list("/v1/keys", filter),
    async updateKey(id, changes) {
      const path = `/v1/keys/${encodeURIComponent(id)}`;
      const body = toWire(changes);
      return fromWire(await control.call<WireKey>({ method: "PATCH", path, body, answer: { id: "string" } }));
    },
    async revokeKeys(filter) {
      const path = "/v1/keys/revoke";
      const answer = { revoked: "number" } as const;
      const { revoked } = await control.call<{ revoked: number }>({
        method: "POST",
        path,
        body: toWire(filter),
        answer,
      });
      return revoked;
    },
    async freeze(scope) {
      const answer = await control.call<WireFreezeReceipt>({
        method: "POST",
        path: "/v1/freezes",
        body: toWire(scope),
        answer: FREEZE,
        // A second attempt after a lost response sets no second freeze.
        idempotencyKey: crypto.randomUUID(),
      });
      return fromWire(answer);
    },
    async liftFreeze(id) {
      const path = `/v1/freezes/${encodeURIComponent(id)}`;
      return fromWire(await control.call<WireFreeze>({ method: "DELETE", path, answer: FREEZE }));
    },
    async listFreezes() {
      return (await list<WireFreeze>("/v1/freezes", {})).data;
    },
    async validate(question) {
      const path = "/v1/validate";
      const answer = { allowed: "boolean" } as const;
      return fromWire(
        await control.call<WireValidation>({ method: "POST", path, body: toWire(question), answer }),
      );
    },
    async getBudget(name) {
      const path = `/v1/budgets/${encodeURIComponent(name)}`;
      return fromWire(await control.call<WireBudget>({ method: "GET", path, answer: BUDGET }));
    },
    listBudgets: (page = {}) => list("/v1/budgets", page),
    async setBudget(name, update) {
      const path = `/v1/budgets/${encodeURIComponent(name)}`;
      const body = toWire(update);
      return fromWire(await control.call<WireBudget>({ method: "PUT", path, body, answer: BUDGET }));
    },
    async reconcile(auditId, costUsd) {
      const path = `/v1/audit/${encodeURIComponent(auditId)}/reconcile`;
      const body = { cost_usd: costUsd };
      const answer = { id: "string" } as const;
      return fromWire(await control.call<WireAuditEntry>({ method: "POST", path, body, answer }));
    },
    listAudit: (filter = {}) => list("/v1/audit", filter),
  };
  controls.set(client, control);
  return client;
}
