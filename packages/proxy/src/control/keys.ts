import {
  DEFAULT_EXPIRES_IN,
  extendSchema,
  issuedKeySchema,
  keyQuerySchema,
  keySchema,
  keyWithSpendSchema,
  legacyIssuedKeySchema,
  legacyPolicySchema,
  pageQuery,
  pageSchema,
  policySchema,
  revokedKeySchema,
  revokedManySchema,
  revokeManySchema,
  toSeconds,
  type WireIssuedKey,
  type WireIssueWarning,
  type WirePolicy,
} from "@keybrake/core/protocol";
import type { BudgetState, KeyRecord, RevocationReceipt } from "@keybrake/ledger";
import type { Context } from "hono";
import * as z from "zod/mini";
import { toCarvingRefusal } from "../refusals/limit-refusal.ts";
import { Refused } from "../refusals/refused.ts";
import { createId, createSalt, deriveToken, fingerprint, hashToken } from "../secrets.ts";
import { chooseCredential } from "./choose-credential.ts";
import { type ControlContext, type ControlEnv, invalidToken, param } from "./context.ts";
import { listIssueWarnings } from "./issue-warnings.ts";
import { joinBudgets } from "./join-budgets.ts";
import { toKeyFilter, toKeyScope } from "./key-filter.ts";
import { narrow } from "./narrow.ts";
import { type Operation, operation, toInvalid } from "./operation.ts";
import { toPageRequest, toWirePage } from "./page.ts";
import { sumReceipts, toWireReceipt } from "./receipt.ts";
import { requireRole } from "./roles.ts";
import { toKeyPolicy, toWireKey, toWireKeySpend } from "./to-wire.ts";

/** Issue, read, extend and revoke vault keys. */
export function keyOperations(context: ControlContext): Operation[] {
  const { store, inFlight, clock } = context;

  async function getKey(
    c: Context<ControlEnv>,
  ): Promise<NonNullable<Awaited<ReturnType<typeof store.getKey>>>> {
    const state = await store.getKey(c.get("tenant"), param(c, "id"));
    const holder = c.get("holder");
    const isOwn = holder && [state, ...(state?.ancestors ?? [])].some((key) => key?.record.id === holder.id);
    if (!state || (holder && !isOwn))
      throw new Refused({
        code: "not_found",
        message:
          "There is no vault key with this id in your tenant. Use the id of the issued key (key_…), not its token.",
      });
    return state;
  }

  /** What was already at the vendor. What waited for a connection is stopped, and so is not part of it. */
  async function stopCalls(tenant: string, keyId: string): Promise<RevocationReceipt> {
    const neverSent = new Set(inFlight.stop(keyId));
    const sent = (await store.listInFlight(tenant, keyId)).filter(
      ({ attemptId }) => !neverSent.has(attemptId),
    );
    return {
      calls: sent.length,
      heldMicroUsd: sent.reduce((sum, { heldMicroUsd }) => sum + heldMicroUsd, 0),
    };
  }

  /** Revokes a key with all that was carved from it. Asked again, it gives the first receipt again. */
  async function revoke({ id, tenant }: KeyRecord): Promise<RevocationReceipt> {
    const kept = await store.getReceipt(tenant, id);
    if (kept) return kept;
    const ids = await store.revokeKeys(tenant, { id });
    const receipts = await Promise.all([...new Set([id, ...ids])].map((keyId) => stopCalls(tenant, keyId)));
    return store.keepReceipt(tenant, id, sumReceipts(receipts));
  }

  return [
    operation({
      method: "POST",
      path: "/v1/keys",
      summary: "Issue a vault key. The only answer that shows its token.",
      role: "issue",
      header: "Idempotency-Key",
      byHolder: true,
      body: policySchema,
      status: 201,
      answer: issuedKeySchema,
      handle: (c, { body }) => issue(context, c, body),
    }),
    operation({
      method: "POST",
      path: "/vault/keys",
      summary: "Issue a vault key: the form of older guides.",
      role: "issue",
      header: "Idempotency-Key",
      body: legacyPolicySchema,
      status: 201,
      answer: legacyIssuedKeySchema,
      async handle(c, { body: { agent_run_label: label, ...policy } }) {
        const issued = await issue(context, c, { ...policy, label });
        return { ...issued, vault_key: issued.token };
      },
    }),
    operation({
      method: "GET",
      path: "/v1/keys",
      summary: "List vault keys, newest first.",
      query: z.extend(keyQuerySchema, pageQuery),
      answer: pageSchema(keySchema),
      async handle(c, { query }) {
        const page = await store.listKeys(c.get("tenant"), toKeyFilter(query), toPageRequest(query));
        return toWirePage(page, (record) => toWireKey(record, clock()));
      },
    }),
    operation({
      method: "POST",
      path: "/v1/keys/revoke",
      summary: "The kill switch: revoke every active key that matches all the given fields.",
      role: "issue",
      body: revokeManySchema,
      answer: revokedManySchema,
      async handle(c, { body }) {
        const ids = await store.revokeKeys(c.get("tenant"), toKeyScope(body));
        const receipts = await Promise.all(ids.map((id) => stopCalls(c.get("tenant"), id)));
        return { revoked: ids.length, in_flight: toWireReceipt(sumReceipts(receipts)) };
      },
    }),
    operation({
      method: "GET",
      path: "/v1/keys/:id",
      summary: "Read a vault key with its live spend.",
      byHolder: true,
      answer: keyWithSpendSchema,
      async handle(c) {
        const state = await getKey(c);
        return { ...toWireKey(state.record, clock()), spend: toWireKeySpend(state, clock()) };
      },
    }),
    operation({
      method: "POST",
      path: "/v1/keys/:id/extend",
      summary: "Give an active key a new life from now; never past its longest.",
      role: "issue",
      body: extendSchema,
      answer: keySchema,
      async handle(c, { body }) {
        const expiresAt = clock() + toTtlSeconds(body.expires_in, context) * 1000;
        const record = await store.extendKey(c.get("tenant"), param(c, "id"), expiresAt);
        if (!record)
          throw new Refused({
            code: "not_found",
            message:
              "There is no vault key with this id in your tenant. Use the id of the issued key (key_…), not its token.",
          });
        refuseEnded(record, clock());
        return toWireKey(record, clock());
      },
    }),
    operation({
      method: "DELETE",
      path: "/v1/keys/:id",
      summary: "Revoke a vault key. When this has answered, no call with it is dispatched any more.",
      role: "issue",
      byHolder: true,
      answer: revokedKeySchema,
      async handle(c) {
        const in_flight = toWireReceipt(await revoke((await getKey(c)).record));
        return { ...toWireKey((await getKey(c)).record, clock()), in_flight };
      },
    }),
  ];
}

async function issue(
  context: ControlContext,
  c: Context<ControlEnv>,
  policy: WirePolicy,
): Promise<WireIssuedKey> {
  const { store, clock, config } = context;
  const { label, vendor, mode = "live", expires_in = DEFAULT_EXPIRES_IN } = policy;
  const [tenant, issuerCredential, holder] = [c.get("tenant"), c.get("token"), c.get("holder")];
  refuseParent(policy, holder);
  // Its caps refuse nothing, so that it would undo the budgets of an issuer's token.
  if (policy.shadow && !holder) requireRole(c.get("role"), "admin");
  const credential = chooseCredential(config, { vendor, mode, tenant }, holder);
  const salt = createSalt();
  const token = deriveToken(mode, issuerCredential, salt);
  const now = clock();
  const asked = toKeyPolicy(policy);
  const own = holder ? narrow(policy, asked, holder) : { ...asked, ...joinBudgets(c.get("budgets"), asked) };
  const maxExpiresAt = Math.min(now + config.maxLifetimeSeconds * 1000, holder?.expiresAt ?? Infinity);
  const record: KeyRecord = {
    id: createId("key"),
    tenant,
    parentId: holder?.id ?? null,
    tokenHash: hashToken(token),
    label,
    vendor,
    mode,
    policy: { ...own, ...credential },
    createdAt: now,
    expiresAt: Math.min(now + toTtlSeconds(expires_in, context) * 1000, maxExpiresAt),
    maxExpiresAt,
    revokedAt: null,
    frozen: false,
    changes: 0,
  };
  const warnings = listIssueWarnings(record.policy, await readUnstatedBudgets(context, record));
  refuseUncapped(context, warnings);
  const idempotencyKey = c.req.header("idempotency-key");
  const created = await store.createKey(
    record,
    idempotencyKey === undefined
      ? undefined
      : {
          key: fingerprint(tenant, hashToken(issuerCredential), idempotencyKey),
          requestHash: fingerprint(JSON.stringify(policy)),
          salt,
        },
  );
  if (created.status === "conflict") {
    throw new Refused({
      code: "idempotency_conflict",
      message:
        "This Idempotency-Key was used for another policy in the last 24 hours. Nothing was issued. Use a new Idempotency-Key.",
    });
  }
  if (created.status === "no_room") throw new Refused(toCarvingRefusal(created.refusal));
  if (created.status === "replayed") {
    const { record: first, salt: firstSalt } = created;
    const firstToken = deriveToken(first.mode, issuerCredential, firstSalt);
    return { ...toWireKey(first, now), token: firstToken, warnings };
  }
  return { ...toWireKey(record, now), token, warnings };
}

/** The budgets of a key for which it states no cap, as far as they exist. */
async function readUnstatedBudgets(
  { store }: ControlContext,
  { tenant, policy }: KeyRecord,
): Promise<BudgetState[]> {
  const { budgets, budgetCaps = {} } = policy;
  const unstated = budgets.filter((name) => budgetCaps[name] === undefined);
  const found = await Promise.all(unstated.map((name) => store.getBudget(tenant, name)));
  return found.filter((budget) => budget !== undefined);
}

function refuseUncapped({ config }: ControlContext, warnings: readonly WireIssueWarning[]): void {
  const uncapped = config.requireCap && warnings.find(({ code }) => code === "uncapped");
  if (!uncapped) return;
  throw toInvalid([
    { path: "budgets", message: `${uncapped.message} This proxy requires a cap (require_cap).` },
  ]);
}

/** Only a vault key can be a parent, and all that a vault key issues is its child. */
function refuseParent({ parent }: WirePolicy, holder: KeyRecord | undefined): void {
  if (holder && parent !== "self") throw invalidToken();
  if (!holder && parent === "self") {
    throw toInvalid([
      {
        path: "parent",
        message: "needs a vault key in place of the Keybrake token: the key that issues is the parent",
      },
    ]);
  }
}

function toTtlSeconds(duration: string, { config }: ControlContext): number {
  const seconds = toSeconds(duration) ?? 0;
  if (seconds > config.maxTtlSeconds) {
    throw toInvalid([
      { path: "expires_in", message: `must be at most ${config.maxTtlSeconds} s on this proxy` },
    ]);
  }
  return seconds;
}

function refuseEnded(record: KeyRecord, now: number): void {
  if (record.revokedAt !== null) {
    throw new Refused({
      code: "key_revoked",
      message: "This vault key was revoked, so it can't be extended. Issue a new key.",
    });
  }
  if (record.expiresAt <= now) {
    throw new Refused({
      code: "key_expired",
      message: "This vault key has expired, so it can't be extended. Issue a new key.",
    });
  }
}
