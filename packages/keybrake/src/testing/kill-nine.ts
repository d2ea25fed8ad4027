import { type StripeSandbox, startStripeSandbox } from "@keybrake/sandbox";
import { expect, onTestFinished, vi } from "vitest";
import { assertNotOnDisk } from "./assert-not-on-disk.ts";
import { createMortalProxy, type MortalProxy } from "./mortal-proxy.ts";
import { type Load, startLoad } from "./paying-agents.ts";

const KILLS = 10;
/** How many calls are done between two kills, at least. */
const CALLS_A_LIFE = 20;
const CAP_USD = 60;
const TOKEN = "kb_kill_nine_canary_7c21";
const LIVE_SECRET = "sk_live_kill_nine_canary_90af";
// Long enough that the calls at the vendor are several whenever the proxy dies.
const VENDOR_TAKES_MS = 25;
const WAIT = { timeout: 60_000, interval: 100 };

interface AuditEntry {
  id: string;
  request_id: string;
  key_id: string;
  code: string | null;
  outcome: "settled" | "released" | "unknown" | "none";
  reserved_usd: number;
  cost_usd: number | null;
}

interface Spend {
  total_usd: number;
  held_usd: number;
  unknown_usd: number;
}

/**
 * Kills `keybrake serve` under load with SIGKILL, ten times, and starts it again on what it left. Holds the books to
 * what the vendor has counted and the callers were told.
 *
 * @param options.store as the configuration names it; a relative path is in `cwd`
 * @param options.cwd where the proxy runs
 * @param options.directory where the store keeps its files: no secret may be in them
 */
export async function expectToSurviveKills({
  store,
  cwd,
  directory,
}: {
  store: string;
  cwd?: string;
  directory: string;
}): Promise<void> {
  const sandbox = await startStripeSandbox({ secretKey: LIVE_SECRET, latencyMs: VENDOR_TAKES_MS });
  onTestFinished(() => sandbox.close());
  const proxy = await createMortalProxy(sandbox, {
    store,
    cwd,
    secrets: { token: TOKEN, stripe: LIVE_SECRET },
  });
  const load = await startLoad(proxy, CAP_USD);
  for (let kill = 1; kill <= KILLS; kill++) {
    await load.untilDone(CALLS_A_LIFE);
    await proxy.killAndStart();
  }
  await load.end();

  await checkBooks(proxy, sandbox, load);
  await assertNotOnDisk(directory, [TOKEN, LIVE_SECRET, ...load.keys.map(({ token }) => token)]);
}

async function checkBooks(proxy: MortalProxy, sandbox: StripeSandbox, load: Load): Promise<void> {
  const getSpend = async (path: string): Promise<Spend> =>
    ((await proxy.control("GET", path)) as { spend: Spend }).spend;
  const spends = await Promise.all(
    load.keys.map(({ id }) =>
      vi.waitFor(async () => {
        const spend = await getSpend(`/v1/keys/${id}`);
        expect(spend.held_usd, "what nobody could end is unknown in the end").toBe(spend.unknown_usd);
        return spend;
      }, WAIT),
    ),
  );

  const entries = await listAudit(proxy);
  const byRequest = new Set(entries.map(({ request_id }) => request_id));
  expect(byRequest.size, "no call has two entries").toBe(entries.length);
  for (const { requestId } of load.answers)
    expect(byRequest, "an answered call is entered").toContain(requestId);
  expect(
    entries.filter(({ code }) => code === "internal_error").length,
    "calls were under way at the kills",
  ).toBeGreaterThan(0);

  for (const [index, { id }] of load.keys.entries()) {
    const spend = spends[index] as Spend;
    const executedUsd = countExecutedUsd(sandbox, id);
    expect(executedUsd, "what the vendor did is spent or held").toBeLessThanOrEqual(
      spend.total_usd + spend.held_usd,
    );
    expect(spend.total_usd, "what is spent was done").toBeLessThanOrEqual(executedUsd);
    const own = entries.filter(({ key_id }) => key_id === id);
    expect(sum(own, ({ cost_usd }) => cost_usd ?? 0)).toBe(spend.total_usd);
    expect(sum(own, ({ outcome, reserved_usd }) => (outcome === "unknown" ? reserved_usd : 0))).toBe(
      spend.held_usd,
    );
  }
  expect(countExecutedUsd(sandbox, load.keys.at(-1)?.id ?? "")).toBeLessThanOrEqual(CAP_USD);
  const budget = await getSpend("/v1/budgets/kill-nine");
  expect(budget.total_usd).toBe(sum(spends, ({ total_usd }) => total_usd));
  expect(budget.held_usd).toBe(sum(spends, ({ held_usd }) => held_usd));
}

function countExecutedUsd(sandbox: StripeSandbox, keyId: string): number {
  const own = sandbox.ledger().entries.filter(({ metadata }) => metadata.key === keyId);
  return sum(own, ({ addedMinor }) => addedMinor) / 100;
}

async function listAudit(proxy: MortalProxy): Promise<AuditEntry[]> {
  const entries: AuditEntry[] = [];
  for (let more = true; more; ) {
    const after = entries.length === 0 ? "" : `&starting_after=${entries.at(-1)?.id}`;
    const page = (await proxy.control("GET", `/v1/audit?limit=100${after}`)) as {
      data: AuditEntry[];
      has_more: boolean;
    };
    entries.push(...page.data);
    more = page.has_more;
  }
  return entries;
}

function sum<Item>(items: readonly Item[], toNumber: (item: Item) => number): number {
  return items.reduce((total, item) => total + toNumber(item), 0);
}
