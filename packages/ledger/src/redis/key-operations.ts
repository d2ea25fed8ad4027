import { applyChanges, getCarvedRaise, listRaised, losesOwnCaps } from "../decide/change-key.ts";
import { bindKey } from "../decide/key-state.ts";
import type { ChangeKeyAnswer, KeyChanges, KeyRecord, Ledger, RevocationReceipt } from "../ledger.ts";
import { matchesKey } from "../memory/key-table.ts";
import { readFreezes } from "./freeze-operations.ts";
import { readPages } from "./pages.ts";
import type { Reply, ScriptRunner } from "./script-runner.ts";
import { toKeyRecord, toKeyState, toLimitRefusal, toStoredRecord } from "./to-records.ts";

const POINTERS_CACHED = 10_000;

/** Whose a token is. It never changes, and it admits nothing: the key itself is read at every call. */
interface Pointer {
  tenant: string;
  id: string;
}

type KeyVerb =
  | "createKey"
  | "findKey"
  | "getKey"
  | "listKeys"
  | "extendKey"
  | "changeKey"
  | "revokeKeys"
  | "listInFlight"
  | "keepReceipt"
  | "getReceipt";

/** The verbs about keys. */
export function createKeyOperations(ledger: ScriptRunner, retentionMs: number): Pick<Ledger, KeyVerb> {
  const pointers = new Map<string, Pointer>();
  const toPointerName = (tokenHash: string): string => ledger.globalName("token", tokenHash);

  /**
   * A call brings only a token, so its hash must lead to the tenant, and lies in another slot than the key. It is
   * written before the key is: a process that dies in between leaves a pointer to nothing, never a key without one.
   */
  async function point({ tokenHash, tenant, id, maxExpiresAt }: KeyRecord): Promise<void> {
    const pointer: Pointer = { tenant, id };
    const keptMs = Math.max(0, maxExpiresAt - ledger.now()) + retentionMs;
    await ledger.command((client) => client.sadd(ledger.globalName("tenants"), tenant));
    await ledger.command((client) =>
      client.set(toPointerName(tokenHash), JSON.stringify(pointer), "PX", Math.ceil(keptMs)),
    );
  }

  async function findPointer(tokenHash: string): Promise<Pointer | undefined> {
    const known = pointers.get(tokenHash);
    if (known) return known;
    const text = await ledger.command((client) => client.get(toPointerName(tokenHash)));
    if (text === null) return undefined;
    const pointer = JSON.parse(text) as Pointer;
    pointers.set(tokenHash, pointer);
    const [oldest] = pointers.keys();
    if (pointers.size > POINTERS_CACHED && oldest !== undefined) pointers.delete(oldest);
    return pointer;
  }

  async function readKey(tenant: string, id: string): Promise<KeyRecord | undefined> {
    const [record, expiresAt, revokedAt, frozen, changes] = await ledger.command((client) =>
      client.hmget(ledger.nameOf(tenant, "key", id), "record", "expiresAt", "revokedAt", "frozen", "changes"),
    );
    if (record == null) return undefined;
    const end = revokedAt == null ? null : Number(revokedAt);
    return toKeyRecord([record, Number(expiresAt), end, frozen == null ? 0 : 1, Number(changes ?? 0)]);
  }

  /** One after the other: should one be changed meanwhile, the reservation sees it. */
  async function readAncestors({ tenant, parentId }: KeyRecord): Promise<KeyRecord[]> {
    const parent = parentId === null ? undefined : await readKey(tenant, parentId);
    return parent ? [parent, ...(await readAncestors(parent))] : [];
  }

  /** Changes a key as it was read; `stale` where another change came first. */
  async function change(
    before: KeyRecord,
    changes: KeyChanges,
    { mayRaise, requireCap }: { mayRaise: boolean; requireCap: boolean },
  ): Promise<ChangeKeyAnswer | undefined | "stale"> {
    const after = applyChanges(before, changes);
    const fields = mayRaise ? [] : listRaised(before, changes);
    const args = {
      id: before.id,
      readChanges: before.changes,
      frozen: after.frozen,
      raises: fields.length > 0,
      losesCaps: requireCap && losesOwnCaps(before.policy, after.policy),
      carvedRaise: getCarvedRaise(before.policy, after.policy),
    };
    const answer = await ledger.run("change-key", before.tenant, args, toStoredRecord(after));
    const [status, detail = null] = answer as [ChangeKeyAnswer["status"] | "stale" | null, Reply];
    if (status === null) return undefined;
    if (status === "raises") return { status, fields };
    if (status === "no_room") return { status, refusal: toLimitRefusal(detail) };
    if (status === "changed") return { status, record: toKeyRecord(detail) };
    return status === "stale" ? status : { status };
  }

  return {
    async createKey(record, replay) {
      await point(record);
      const { expiresAt, frozen } = record;
      const args = { expiresAt, frozen, ...(replay === undefined ? {} : { replay }) };
      const answer = await ledger.run("create-key", record.tenant, args, toStoredRecord(record));
      const [status, detail = null, salt] = answer;
      if (status === "created" || status === "conflict") return { status };
      if (status === "no_room") return { status, refusal: toLimitRefusal(detail) };
      const first = toKeyRecord(detail);
      // Whoever asks again wants a key that works, even where a failover has lost the pointer.
      await point(first);
      return { status: "replayed", record: first, salt: String(salt) };
    },

    async findKey(tokenHash) {
      const pointer = await findPointer(tokenHash);
      if (!pointer) return undefined;
      const { tenant, id } = pointer;
      const [key, freezes] = await Promise.all([readKey(tenant, id), readFreezes(ledger, tenant)]);
      // A pointer whose key was not made leads nowhere, or to the key that a repeated issue has found instead.
      if (key?.tokenHash !== tokenHash) return undefined;
      return bindKey(key, await readAncestors(key), freezes);
    },

    async getKey(tenant, id) {
      const answer = await ledger.run("get-key", tenant, { id });
      return answer[0] === null ? undefined : toKeyState(answer);
    },

    listKeys: (tenant, filter, page) =>
      readPages(page, {
        readBatch: async (batch) => listRecords((await ledger.run("list-keys", tenant, batch))[0]),
        toId: ({ id }) => id,
        passes: (record) => matchesKey(record, filter, ledger.now()),
      }),

    async extendKey(tenant, id, expiresAt) {
      const [key = null] = await ledger.run("extend-key", tenant, { id, expiresAt });
      return key === null ? undefined : toKeyRecord(key);
    },

    async changeKey(tenant, id, changes, rights) {
      for (;;) {
        const before = await readKey(tenant, id);
        const answer = before && (await change(before, changes, rights));
        if (answer !== "stale") return answer;
      }
    },

    async revokeKeys(tenant, filter) {
      const [ids] = await ledger.run("revoke-keys", tenant, filter);
      return ids as string[];
    },

    async listInFlight(tenant, keyId) {
      const [open] = await ledger.run("list-in-flight", tenant, { keyId });
      return (open as [string, number][]).map(([attemptId, heldMicroUsd]) => ({ attemptId, heldMicroUsd }));
    },

    async keepReceipt(tenant, keyId, receipt) {
      const name = ledger.nameOf(tenant, "receipt", keyId);
      const kept = await ledger.command(async (client) => {
        await client.set(name, JSON.stringify(receipt), "PX", retentionMs, "NX");
        return client.get(name);
      });
      return kept === null ? receipt : (JSON.parse(kept) as RevocationReceipt);
    },

    async getReceipt(tenant, keyId) {
      const kept = await ledger.command((client) => client.get(ledger.nameOf(tenant, "receipt", keyId)));
      return kept === null ? undefined : (JSON.parse(kept) as RevocationReceipt);
    },
  };
}

function listRecords(keys: Reply | undefined): KeyRecord[] {
  return (keys as Reply[]).map(toKeyRecord);
}
