import type { Keybrake, RevokeReceipt, VaultKey } from "@keybrake/core";
import { DAILY_BUDGETS_USD } from "../app.ts";
import { type Charge, chargeAll, chargeThroughBackend, type Tally } from "./agents.ts";
import { type AuditBooks, readAudit } from "./audit-books.ts";
import type { Customer } from "./customers.ts";
import type { ReadBooks, VendorBooks } from "./vendor-books.ts";

const NEIGHBOUR_CALLS = 50;

/** How hard the agents push. Stripe's test mode takes about 25 calls a second. */
export interface Pace {
  runawayAtOnce: number;
  /** Calls of the second act, how many of them at once, and after how many its key is revoked. */
  stopped: { calls: number; atOnce: number; revokeAfter: number };
}

export const AS_FAST_AS_IT_CAN: Pace = {
  runawayAtOnce: 250,
  stopped: { calls: 1_000, atOnce: 32, revokeAfter: 100 },
};

export const FIT_FOR_STRIPE: Pace = {
  runawayAtOnce: 10,
  stopped: { calls: 100, atOnce: 8, revokeAfter: 20 },
};

/** What both acts work with. */
export interface Stage {
  keybrake: Keybrake;
  backendUrl: string;
  readBooks: ReadBooks;
  customers: readonly Customer[];
  /** Unique to this demo, so that its calls are found again in any books. */
  demoId: string;
  pace: Pace;
  onProgress(text: string): void;
}

/** An agent's calls as its caller, the vendor and the audit log saw them. */
export interface AgentReport {
  tally: Tally;
  vendor: VendorBooks;
  audit: AuditBooks;
}

export interface FirstAct {
  capUsd: number;
  runaway: AgentReport;
  neighbour: AgentReport;
}

/** Act one: Alice's agent got 5,000 customers where 50 were meant; Bob's agent works beside it. */
export async function runFirstAct(stage: Stage): Promise<FirstAct> {
  const { backendUrl, customers, demoId, pace, onProgress } = stage;
  const [runaway, neighbour] = await Promise.all([
    reportAgent(stage, "alice", `${demoId}-runaway`, (user, run) =>
      chargeAll(customers, pace.runawayAtOnce, chargeThroughBackend(backendUrl, user, run), (tally) =>
        onProgress(
          `act one: Alice's agent tried ${tally.tried} of ${customers.length}, charged ${tally.charged}, refused ${tally.refused}`,
        ),
      ),
    ),
    reportAgent(stage, "bob", `${demoId}-neighbour`, (user, run) => {
      const dollars = Array.from({ length: NEIGHBOUR_CALLS }, () => ({
        customer: "cus_of_bob",
        amountCents: 100,
      }));
      return chargeAll(dollars, 1, chargeThroughBackend(backendUrl, user, run), () => {});
    }),
  ]);
  return { capUsd: DAILY_BUDGETS_USD.alice, runaway, neighbour };
}

async function reportAgent(
  { keybrake, readBooks }: Stage,
  user: string,
  run: string,
  work: (user: string, run: string) => Promise<Tally>,
): Promise<AgentReport> {
  const tally = await work(user, run);
  return {
    tally,
    vendor: await readBooks(run),
    audit: await readAudit(keybrake, `billing-agent/${user}/${run}`),
  };
}

export interface SecondAct {
  report: AgentReport;
  receipt: RevokeReceipt;
  /** What the vendor had done when the revocation had answered. */
  vendorAtRevocation: VendorBooks;
}

/** Act two: an agent holds a key with room for all its calls, and is stopped in the middle of its run. */
export async function runSecondAct({
  keybrake,
  readBooks,
  demoId,
  pace,
  onProgress,
}: Stage): Promise<SecondAct> {
  const { calls, atOnce, revokeAfter } = pace.stopped;
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
    return { receipt, vendorAtRevocation: await readBooks(run) };
  });

  const tally = await chargeAll(customers, atOnce, chargeWithKey(key, run), (progress) => {
    const { tried, charged, refused } = progress;
    onProgress(
      `act two: tried ${tried} of ${calls}, charged ${charged}, refused since the revocation ${refused}`,
    );
    if (tried === revokeAfter) stop();
  });
  const report = { tally, vendor: await readBooks(run), audit: await readAudit(keybrake, label) };
  return { report, ...(await stopped) };
}

/** The other way to charge: the agent holds the key of its run and calls the vendor through the proxy itself. */
function chargeWithKey(key: VaultKey, run: string): Charge {
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
