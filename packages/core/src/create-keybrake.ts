import * as z from "zod/mini";
import { type ControlClient, createControlClient, type KeybrakeOptions } from "./control-client.ts";
import { VaultKeyUnavailableError } from "./errors.ts";
import type { IssuePolicy, Policy } from "./policy.ts";
import {
  auditEntrySchema,
  auditQuerySchema,
  budgetSchema,
  budgetUpdateSchema,
  type CamelKeys,
  DEFAULT_EXPIRES_IN,
  fromWire,
  issuedKeySchema,
  keyQuerySchema,
  keySchema,
  keyWithSpendSchema,
  pageSchema,
  policySchema,
  revokedManySchema,
  revokeManySchema,
  toWire,
  validateSchema,
  validationSchema,
  type WireAuditEntry,
  type WireAuditQuery,
  type WireBudget,
  type WireBudgetUpdate,
  type WireKey,
  type WireKeyWithSpend,
  type WireRevokeMany,
  type WireValidate,
  type WireValidation,
} from "./protocol.ts";
import { toMoment, VaultKey } from "./vault-key.ts";
import { warnOnce } from "./warn-once.ts";
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
  /** The kill switch: revokes every key that matches all the given fields. Resolves with how many. */
  revokeKeys(filter: CamelKeys<WireRevokeMany>): Promise<number>;
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
    { keepAlive: _keepAlive, failOpen, ...policy }: IssuePolicy,
    { signal }: { signal?: AbortSignal | undefined } = {},
  ): Promise<VaultKey> {
    // Before there is a key: Deno throws where the program may not read the environment.
    const proxyUrl = control.proxyUrl();
    try {
      const key = await control.call({
        method: "POST",
        path: "/v1/keys",
        body: toWire(policySchema, policy),
        answer: issuedKeySchema,
        idempotencyKey: crypto.randomUUID(),
        signal,
      });
      control.emit({ type: "issued", keyId: key.id, vendor: key.vendor, label: key.label });
      for (const { code, message } of key.warnings ?? []) {
        control.emit({ type: "warning", keyId: key.id, label: key.label, code, message });
        warnOnce(key.label, message);
      }
      const { id, token, vendor, label } = key;
      const baseUrl = `${proxyUrl}/${vendor}`;
      return new VaultKey(
        { id, token, vendor, label, expiresAt: new Date(key.expires_at), baseUrl, tracked: true },
        control,
      );
    } catch (error) {
      if (!failOpen || !(error instanceof VaultKeyUnavailableError)) throw error;
      return standIn(policy, failOpen(), error);
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
    item: z.ZodMiniType<Wire>,
    filter: z.ZodMiniType,
    { limit, startingAfter, ...query }: PageOptions & object,
  ): Promise<Page<CamelKeys<Wire>>> {
    const page = await control.call({
      method: "GET",
      path,
      query: {
        ...(toWire(filter, query) as Record<string, string | undefined>),
        limit: limit?.toString(),
        starting_after: startingAfter,
      },
      answer: pageSchema(item),
    });
    return { data: page.data.map((entry) => fromWire(item, entry)), hasMore: page.has_more };
  }

  const client: Keybrake = {
    issue,
    withVaultKey: (policy, use, scope = {}) => runWithVaultKey(issue, control, policy, use, scope),

    async getKey(id) {
      const path = `/v1/keys/${encodeURIComponent(id)}`;
      return fromWire(
        keyWithSpendSchema,
        await control.call({ method: "GET", path, answer: keyWithSpendSchema }),
      );
    },
    listKeys: (filter = {}) => list("/v1/keys", keySchema, keyQuerySchema, filter),
    async revokeKeys(filter) {
      const body = toWire(revokeManySchema, filter);
      const path = "/v1/keys/revoke";
      return (await control.call({ method: "POST", path, body, answer: revokedManySchema })).revoked;
    },
    async validate(question) {
      const body = toWire(validateSchema, question);
      const answer = await control.call({
        method: "POST",
        path: "/v1/validate",
        body,
        answer: validationSchema,
      });
      return fromWire(validationSchema, answer);
    },
    async getBudget(name) {
      const path = `/v1/budgets/${encodeURIComponent(name)}`;
      return fromWire(budgetSchema, await control.call({ method: "GET", path, answer: budgetSchema }));
    },
    listBudgets: (page = {}) => list("/v1/budgets", budgetSchema, z.object({}), page),
    async setBudget(name, update) {
      const path = `/v1/budgets/${encodeURIComponent(name)}`;
      const body = toWire(budgetUpdateSchema, update);
      return fromWire(budgetSchema, await control.call({ method: "PUT", path, body, answer: budgetSchema }));
    },
    async reconcile(auditId, costUsd) {
      const path = `/v1/audit/${encodeURIComponent(auditId)}/reconcile`;
      const body = { cost_usd: costUsd };
      return fromWire(
        auditEntrySchema,
        await control.call({ method: "POST", path, body, answer: auditEntrySchema }),
      );
    },
    listAudit: (filter = {}) => list("/v1/audit", auditEntrySchema, auditQuerySchema, filter),
  };
  controls.set(client, control);
  return client;
}
