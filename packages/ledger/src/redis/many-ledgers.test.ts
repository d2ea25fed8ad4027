import { randomUUID } from "node:crypto";
import { expect, inject, it, vi } from "vitest";
import { charge, DAY_MS, EFFECT, reserved, storeCase, UNKNOWN, usd } from "../cases/store-bench.ts";
import type { Ledger } from "../ledger.ts";
import { createRedisLedger } from "./create-redis-ledger.ts";

/** Several clients of one ledger, as many proxies have them; all are closed with the case. */
function createClients(count: number, clock: () => number, retentionMs?: number): Ledger[] {
  const options = { url: inject("redisUrl"), prefix: randomUUID(), clock };
  const stores = Array.from({ length: count }, () =>
    createRedisLedger({ ...options, ...(retentionMs === undefined ? {} : { retentionMs }) }),
  );
  const [first, ...others] = stores as [Ledger, ...Ledger[]];
  const { close } = first;
  first.close = async () => void (await Promise.all([close(), ...others.map((store) => store.close())]));
  return stores;
}

it("admits exactly 50 of 100 calls where 50 fit, over ten connections", async () => {
  let clients: Ledger[] = [];
  await storeCase("races", async (bench) => {
    const key = await bench.issue({ totalCapMicroUsd: usd(1000) });
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        clients[index % clients.length]?.reserve({
          attemptId: `try_of_many_${index}`,
          keyId: key.id,
          price: charge(20),
          giveUpAfterMs: DAY_MS,
          abandoned: { ...draftOf(key.tenant), id: `aud_of_many_${index}` },
        }),
      ),
    );
    expect(answers.filter((answer) => answer?.admitted)).toHaveLength(50);
    expect(await bench.sums(key)).toEqual([0, usd(1000), 0]);
  }).run((clock) => {
    clients = createClients(10, clock);
    return clients[0] as Ledger;
  });
});

it("tells other processes of a revocation at once, and of one that they missed at the next sweep", async () => {
  let clients: Ledger[] = [];
  await storeCase("revokes", async (bench) => {
    const [, listening] = clients as [Ledger, Ledger];
    const heard = new Set<string>();
    const stop = listening.onRevoke((ids) => ids.forEach((id) => void heard.add(id)));
    const missed = await bench.issue();
    await bench.store.revokeKeys("acme", { id: missed.id });
    await listening.endOverdue();
    expect(heard).toContain(missed.id);
    // It subscribes in the background, so it can miss the first ones.
    await vi.waitUntil(
      async () => {
        const { id } = await bench.issue();
        await bench.store.revokeKeys("acme", { id });
        await new Promise((resolve) => setTimeout(resolve, 20));
        return heard.has(id);
      },
      { timeout: 10_000, interval: 5 },
    );
    stop();
  }).run((clock) => {
    clients = createClients(2, clock);
    return clients[0] as Ledger;
  });
});

it("forgets entries and ended keys when they are old, and nothing that is in doubt", async () => {
  await storeCase("forgets", async (bench) => {
    const life = { expiresAt: bench.now + DAY_MS, maxExpiresAt: bench.now + DAY_MS };
    const [settled, doubtful] = [await bench.issue({ budgets: ["b"] }, life), await bench.issue({}, life)];
    await bench.settle(await bench.reserve(settled, charge(20)), EFFECT);
    await bench.settle(await bench.reserve(doubtful, charge(5)), UNKNOWN);
    bench.now += 40 * DAY_MS;
    const living = await bench.issue();
    await bench.store.endOverdue();

    const { items } = await bench.store.listKeys("acme", {}, { limit: 10 });
    expect(items.map(({ id }) => id)).toEqual([living.id, doubtful.id]);
    expect(await bench.store.findKey(settled.tokenHash)).toBeUndefined();
    expect((await bench.audit()).map(({ outcome }) => outcome)).toEqual(["unknown"]);
    expect(await bench.sums(doubtful)).toEqual([0, usd(5), usd(5)]);
    expect((await bench.store.getBudget("acme", "b"))?.spend.totalMicroUsd).toBe(usd(20));
    expect(reserved(await bench.reserve(living, charge(1)))).toBe(usd(1));

    await bench.store.spendUnknown(bench.now);
    bench.now += 61_000;
    await bench.store.endOverdue();
    expect(
      (await bench.audit()).length + (await bench.store.listKeys("acme", {}, { limit: 10 })).items.length,
    ).toBe(1);
  }).run((clock) => createClients(1, clock, 30 * DAY_MS)[0] as Ledger);
});

function draftOf(tenant: string) {
  return {
    requestId: "req_1",
    at: 0,
    tenant,
    keyId: null,
    label: null,
    vendor: "stripe",
    mode: null,
    method: "POST",
    path: "/v1/charges",
    decision: "allowed" as const,
    code: null,
    wouldRefuse: null,
    status: 200,
    budgets: [],
    metadata: {},
    vendorRequestId: null,
    durationMs: 1,
  };
}
