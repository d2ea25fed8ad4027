import type { FreezeAnswer, FreezeRecord } from "../freeze.ts";
import type { Ledger } from "../ledger.ts";
import type { ScriptRunner } from "./script-runner.ts";

/** The operations about freezes. */
export function createFreezeOperations(
  ledger: ScriptRunner,
): Pick<Ledger, "freeze" | "listFreezes" | "liftFreeze"> {
  return {
    async freeze(record) {
      const { tenant, id, scope } = record;
      const answer = await ledger.run("freeze", tenant, { id, scope }, JSON.stringify(record));
      const [status, keys, calls, heldMicroUsd] = answer as [FreezeAnswer["status"], number, number, number];
      return status === "set" ? { status, keys, calls, heldMicroUsd } : { status };
    },
    listFreezes: (tenant) => readFreezes(ledger, tenant),
    async liftFreeze(tenant, id) {
      const [text] = await ledger.run("lift-freeze", tenant, { id });
      return typeof text === "string" ? (JSON.parse(text) as FreezeRecord) : undefined;
    },
  };
}

export async function readFreezes(ledger: ScriptRunner, tenant: string): Promise<FreezeRecord[]> {
  const texts = await ledger.command((client) => client.lrange(ledger.nameOf(tenant, "freezes"), 0, -1));
  return texts.map((text) => JSON.parse(text) as FreezeRecord);
}
