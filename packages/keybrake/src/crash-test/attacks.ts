import { type Attack, atOnce, judge, sleep, until } from "./attack.ts";
import type { Behaviour, CountingVendor } from "./counting-vendor.ts";
import type { Target } from "./target.ts";

const statusesOf = (answers: { status: number }[]): string => {
  const counts = new Map<number, number>();
  for (const { status } of answers) counts.set(status, (counts.get(status) ?? 0) + 1);
  return [...counts].map(([status, count]) => `${count} × ${status || "no answer"}`).join(", ");
};

const concurrency: Attack = {
  name: "concurrency",
  promise: "200 calls at once never spend more than the room for 50",
  async run({ target, vendor }) {
    const key = await target.issue("concurrency", { total_usd_cap: 50 });
    const answers = await atOnce(200, () => target.charge(key, { attack: "concurrency", ms: 50 }));
    return judge(vendor.taken("concurrency"), 50, statusesOf(answers));
  },
};

const budget: Attack = {
  name: "budget",
  promise: "two keys that share a budget never spend more than it has",
  async run({ target, vendor, runId }) {
    const name = `crash-test:${runId}`;
    await target.putBudget(name, { total_usd_cap: 20 });
    const keys = [
      await target.issue("budget", { total_usd_cap: 100, budgets: [name] }),
      await target.issue("budget", { total_usd_cap: 100, budgets: [name] }),
    ] as const;
    const answers = await atOnce(100, (index) =>
      target.charge(keys[index % 2 === 0 ? 0 : 1], { attack: "budget", ms: 50 }),
    );
    return judge(vendor.taken("budget"), 20, statusesOf(answers));
  },
};

/** An effect whose answer never comes: what it may have cost must stay held. */
async function loseAnswer(
  { target, vendor }: { target: Target; vendor: CountingVendor },
  attack: string,
  behave: Behaviour,
): ReturnType<Attack["run"]> {
  const key = await target.issue(attack, { total_usd_cap: 1 });
  const lost = await target.charge(key, { attack, behave });
  if (lost.status === 0) return { verdict: "not shown", detail: "the proxy gave no answer in 90 s" };
  if (lost.status < 500) return { verdict: "not shown", detail: `the proxy answered ${lost.status}` };
  const again = [];
  for (let round = 0; round < 3; round++) again.push(await target.charge(key, { attack }));
  return judge(vendor.taken(attack), 1, `first ${lost.status}, then ${statusesOf(again)}`);
}

const drop: Attack = {
  name: "drop",
  promise: "where the vendor acts and the connection breaks, the amount stays held",
  run: (scene) => loseAnswer(scene, "drop", "drop_after_effect"),
};

const timeOut: Attack = {
  name: "time-out",
  promise: "where the vendor acts and never answers, the amount stays held",
  run: (scene) => loseAnswer(scene, "time-out", "hang_after_effect"),
};

const duplicate: Attack = {
  name: "duplicate",
  promise: "one idempotency key, from many at once and again, is charged and counted once",
  async run({ target, vendor, runId }) {
    const attack = "duplicate";
    const key = await target.issue(attack, { total_usd_cap: 1 });
    const idempotencyKey = `crash-test-${runId}`;
    const charge = (): ReturnType<Target["charge"]> => target.charge(key, { attack }, { idempotencyKey });
    const answers = [...(await atOnce(30, charge)), ...(await atOnce(3, charge))];
    const taken = vendor.taken(attack);
    const counted = await target.counted(key);
    const detail = `the ledger counts $${counted}; ${statusesOf(answers)}`;
    if (counted !== taken) return { verdict: "broken", detail: `the vendor took $${taken}, but ${detail}` };
    return judge(taken, 1, detail);
  },
};

const revoke: Attack = {
  name: "revoke",
  promise: "after a revocation has answered, the vendor does no more than the receipt's in_flight",
  async run({ target, vendor }) {
    const attack = "revoke";
    const key = await target.issue(attack, { total_usd_cap: 100_000 });
    let ended = false;
    const callers = atOnce(32, async () => {
      for (let calls = 0; !ended && calls < 500; calls++) {
        const { status } = await target.charge(key, { attack, ms: 10 });
        if (status === 401) await sleep(5);
      }
    });
    const warm = await until(() => vendor.taken(attack) >= 64, 10_000);
    const inFlight = await target.revoke(key);
    const before = vendor.taken(attack);
    await sleep(500);
    ended = true;
    await callers;
    const more = vendor.taken(attack) - before;
    const detail = `${before} calls before, ${more} after, ${inFlight} in flight by the receipt`;
    if (more > inFlight) return { verdict: "broken", detail };
    return { verdict: warm ? "held" : "not shown", detail };
  },
};

const expiry: Attack = {
  name: "expiry",
  promise: "an expired key spends nothing",
  async run({ target, vendor }) {
    const attack = "expiry";
    const key = await target.issue(attack, { total_usd_cap: 100, expires_in: "2s" });
    const first = await target.charge(key, { attack });
    await sleep(Math.min(10_000, Math.max(0, Date.parse(key.expires_at) - Date.now()) + 100));
    const before = vendor.taken(attack);
    const answers = await atOnce(20, () => target.charge(key, { attack }));
    const more = vendor.taken(attack) - before;
    const detail = `first ${first.status}, after the end ${statusesOf(answers)}`;
    if (more > 0) return { verdict: "broken", detail: `the vendor took $${more} after the end: ${detail}` };
    return judge(before, 1, detail);
  },
};

const refusedThenRetried: Attack = {
  name: "refused, then retried",
  promise: "a definite refusal gives its room back, once",
  async run({ target, vendor, runId }) {
    const attack = "retry";
    const key = await target.issue(attack, { total_usd_cap: 1 });
    const idempotencyKey = `crash-test-retry-${runId}`;
    const charge = { attack, behave: "decline_once" } as const;
    const refused = await target.charge(key, charge, { idempotencyKey });
    const retried = await target.charge(key, charge, { idempotencyKey });
    const more = await atOnce(5, () => target.charge(key, { attack }));
    const detail = `refused ${refused.status}, retried ${retried.status}, then ${statusesOf(more)}`;
    const taken = vendor.taken(attack);
    if (refused.status === 402 && taken === 0)
      return { verdict: "broken", detail: `its room never came back: ${detail}` };
    return judge(taken, 1, detail);
  },
};

const abort: Attack = {
  name: "abort",
  promise: "a caller who leaves mid-call still pays for what the vendor does",
  async run({ target, vendor }) {
    const attack = "abort";
    const key = await target.issue(attack, { total_usd_cap: 3 });
    const leaving = new AbortController();
    const left = atOnce(3, () => target.charge(key, { attack, ms: 200 }, { signal: leaving.signal }));
    const arrived = await until(() => vendor.arrived(attack) === 3, 5000);
    leaving.abort();
    await left;
    await until(() => vendor.taken(attack) === 3, 5000);
    const more = await atOnce(5, () => target.charge(key, { attack }));
    if (!arrived) return { verdict: "not shown", detail: "the calls did not reach the vendor" };
    return judge(vendor.taken(attack), 3, `3 left, then ${statusesOf(more)}`);
  },
};

const kill: Attack = {
  name: "kill -9",
  promise: "a proxy that dies mid-call still holds what the vendor may have done",
  run: async () => ({
    verdict: "not shown",
    detail: "this command ends no process: kill your proxy under load yourself, and compare its audit log",
  }),
};

/** All of them; the time-out takes as long as the proxy's own, so it runs beside the others. */
export const ATTACKS: readonly Attack[] = [
  concurrency,
  budget,
  drop,
  duplicate,
  revoke,
  expiry,
  refusedThenRetried,
  abort,
  timeOut,
  kill,
];
