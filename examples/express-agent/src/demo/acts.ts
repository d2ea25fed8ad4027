import type { Keybrake, RevokeReceipt, VaultKey } from "@keybrake/core";
import { DAILY_BUDGETS_USD } from "../app.ts";
import { type Charge, chargeAll, chargeThroughBackend, chargeWithPlainKey, type Tally } from "./agents.ts";
import { type AuditTotals, readAudit } from "./audit-totals.ts";
import type { Customer } from "./customers.ts";
import type { Pace } from "./pace.ts";
import type { ReadVendorTotals, VendorTotals } from "./vendor-totals.ts";

const NEIGHBOR_CALLS = 50;

/** What every act works with. */
export interface Stage {
  keybrake: Keybrake;
  backendUrl: string;
  stripe: { url: string; secretKey: string };
  readVendorTotals: ReadVendorTotals;
  customers: readonly Customer[];
  /** Unique to this demo, so that Stripe and the audit log can be searched for its calls. */
  demoId: string;
  pace: Pace;
  onProgress(text: string): void;
}

/** What an agent with a plain Stripe key did. There is no audit log: the agent calls Stripe itself. */
export interface PlainKeyAct {
  tally: Tally;
  vendor: VendorTotals;
  /** The amounts of all charges that the agent tried, in cents. */
  askedCents: number;
}

/** Runs the runaway agent with a plain Stripe key, without Keybrake. */
export async function runPlainKeyAct(stage: Stage): Promise<PlainKeyAct> {
  const { demoId, onProgress, pace, readVendorTotals, stripe } = stage;
  const customers = stage.customers.slice(0, pace.plainKey.calls);
  const run = `${demoId}-plain-key`;
  const tally = await chargeAll(
    customers,
    pace.plainKey.atOnce,
    chargeWithPlainKey(stripe, run),
    (progress) =>
      onProgress(
        `Plain Stripe key: ${progress.tried} of ${customers.length} calls, ${progress.charged} charged`,
      ),
  );
  const askedCents = customers.reduce((sum, { amountCents }) => sum + amountCents, 0);
  return { tally, vendor: await readVendorTotals(run), askedCents };
}

/** An agent's calls as the agent, Stripe and the audit log saw them. */
export interface AgentReport {
  tally: Tally;
  vendor: VendorTotals;
  audit: AuditTotals;
}

export interface BudgetAct {
  budgetUsd: number;
  runaway: AgentReport;
  neighbor: AgentReport;
}

/** Runs the same runaway agent for Alice, under her budget, while Bob's agent works beside it. */
export async function runBudgetAct(stage: Stage): Promise<BudgetAct> {
  const { backendUrl, customers, demoId, pace, onProgress } = stage;
  const [runaway, neighbor] = await Promise.all([
    reportAgent(stage, "alice", `${demoId}-runaway`, (user, run) =>
      chargeAll(customers, pace.runawayAtOnce, chargeThroughBackend(backendUrl, user, run), (progress) =>
        onProgress(
          `Vault keys and a budget: ${progress.tried} of ${customers.length} calls, ` +
            `${progress.charged} charged, ${progress.refused} refused`,
        ),
      ),
    ),
    reportAgent(stage, "bob", `${demoId}-neighbor`, (user, run) => {
      const dollars = Array.from({ length: NEIGHBOR_CALLS }, () => ({
        customer: "cus_of_bob",
        amountCents: 100,
      }));
      return chargeAll(dollars, 1, chargeThroughBackend(backendUrl, user, run), () => {});
    }),
  ]);
  return { budgetUsd: DAILY_BUDGETS_USD.alice, runaway, neighbor };
}

async function reportAgent(
  { keybrake, readVendorTotals }: Stage,
  user: string,
  run: string,
  work: (user: string, run: string) => Promise<Tally>,
): Promise<AgentReport> {
  const tally = await work(user, run);
  return {
    tally,
    vendor: await readVendorTotals(run),
    audit: await readAudit(keybrake, `billing-agent/${user}/${run}`),
  };
}

export interface RevocationAct {
  report: AgentReport;
  receipt: RevokeReceipt;
  /** Stripe's totals when the revocation returned. */
  vendorAtRevocation: VendorTotals;
}

/** Runs an agent whose key covers all its calls, and revokes the key in the middle of the run. */
export async function runRevocationAct({
  keybrake,
  readVendorTotals,
  demoId,
  pace,
  onProgress,
}: Stage): Promise<RevocationAct> {
  const { calls, atOnce, revokeAfter } = pace.revoked;
  const customers = Array.from({ length: calls }, (_, index) => ({
    customer: `cus_${index}`,
    amountCents: 100,
  }));
  const run = `${demoId}-revoked`;
  const label = `billing-agent/alice/${run}`;
  const key = await keybrake.issue({ label, vendor: "stripe", totalUsdCap: calls, expiresIn: "5m" });

  let stop = (): void => {};
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  }).then(async () => {
    const receipt = await key.revoke();
    return { receipt, vendorAtRevocation: await readVendorTotals(run) };
  });

  const tally = await chargeAll(customers, atOnce, chargeWithVaultKey(key, run), (progress) => {
    const { tried, charged, refused } = progress;
    onProgress(`Revoked vault key: ${tried} of ${calls} calls, ${charged} charged, ${refused} refused`);
    if (tried === revokeAfter) stop();
  });
  const report = { tally, vendor: await readVendorTotals(run), audit: await readAudit(keybrake, label) };
  return { report, ...(await stopped) };
}

/** The agent holds the vault key of its run and calls Stripe through the proxy itself. */
function chargeWithVaultKey(key: VaultKey, run: string): Charge {
  return async ({ customer, amountCents }) => {
    const fields = {
      amount: String(amountCents),
      currency: "usd",
      "metadata[customer]": customer,
      "metadata[run]": run,
    };
    const response = await key.rawFetch("/v1/payment_intents", {
      method: "POST",
      body: new URLSearchParams(fields),
    });
    await response.arrayBuffer();
    if (response.status === 200) return "charged";
    return response.headers.get("x-keybrake-code") === "key_revoked" ? "refused" : "failed";
  };
}
