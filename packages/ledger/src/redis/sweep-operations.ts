import type { Ledger } from "../ledger.ts";
import type { ScriptRunner } from "./script-runner.ts";

const BATCH = 100;
const TENANTS_AT_ONCE = 16;
const FORGET_EVERY_MS = 60_000;
// A message that came while the clock moved on between two questions is asked for again; to hear it twice is harmless.
const OVERLAP_MS = 10_000;

/** The verbs that nobody asks for: what is overdue, in doubt for too long, or no longer kept. */
export function createSweepOperations(
  ledger: ScriptRunner,
  onRevoked: (keyIds: string[]) => void,
): Pick<Ledger, "endOverdue" | "spendUnknown"> {
  let revokedSince = 0;
  let forgotAt = Number.NEGATIVE_INFINITY;

  /** Does it for each tenant, and for entries of nobody; one whose slot can't be reached keeps no other waiting. */
  async function forEachTenant(work: (tenant: string | null) => Promise<void>): Promise<void> {
    const names = await ledger.command((client) => client.smembers(ledger.globalName("tenants")));
    const waiting: (string | null)[] = [null, ...names];
    const failures: unknown[] = [];
    async function workOff(): Promise<void> {
      for (let tenant = waiting.pop(); tenant !== undefined; tenant = waiting.pop()) {
        await work(tenant).catch((error: unknown) => failures.push(error));
      }
    }
    await Promise.all(Array.from({ length: TENANTS_AT_ONCE }, workOff));
    if (failures.length > 0) throw failures[0];
  }

  async function endOverdueOf(tenant: string | null): Promise<number> {
    const [ended, revoked] = await ledger.run("end-overdue", tenant, { revokedSince });
    if ((revoked as string[]).length > 0) onRevoked(revoked as string[]);
    const more = ended === BATCH ? await endOverdueOf(tenant) : 0;
    return Number(ended) + more;
  }

  async function spendUnknownOf(tenant: string | null, before: number, skip = 0): Promise<number> {
    const [spent, seen] = await ledger.run("spend-unknown", tenant, { before, skip });
    const more = seen === BATCH ? await spendUnknownOf(tenant, before, skip + BATCH - Number(spent)) : 0;
    return Number(spent) + more;
  }

  async function forget(): Promise<void> {
    if (ledger.now() < forgotAt + FORGET_EVERY_MS) return;
    forgotAt = ledger.now();
    await forEachTenant(async (tenant) => {
      await ledger.run("forget", tenant, {});
    });
  }

  return {
    async endOverdue() {
      const startedAt = ledger.now();
      let count = 0;
      await forEachTenant(async (tenant) => {
        const ended = await endOverdueOf(tenant);
        count += ended;
      });
      revokedSince = startedAt - OVERLAP_MS;
      await forget();
      return count;
    },

    async spendUnknown(before) {
      let count = 0;
      await forEachTenant(async (tenant) => {
        const spent = await spendUnknownOf(tenant, before);
        count += spent;
      });
      return count;
    },
  };
}
