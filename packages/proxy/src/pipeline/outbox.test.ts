import type { Ledger } from "@keybrake/ledger";
import { expect, it } from "vitest";
import { type IssuedKey, startForTest, type TestBench } from "../../test-support/start-for-test.ts";
import { until } from "../../test-support/until.ts";

interface Fault {
  /** Which ends the store does not take; reads and reservations go on. */
  refuses: (verb: "settle" | "appendAudit", requestId: string) => boolean;
}

async function start(waitMs?: number): Promise<{ bench: TestBench; key: IssuedKey; fault: Fault }> {
  const fault: Fault = { refuses: () => false };
  const bench = await startForTest({
    ...(waitMs === undefined ? {} : { config: { limits: { audit_wait_ms: waitMs } } }),
    wrapStore: (store): Ledger => ({
      ...store,
      async settle(attemptId, outcome, draft) {
        if (fault.refuses("settle", attemptId)) throw new Error("the disk is full");
        return store.settle(attemptId, outcome, draft);
      },
      async appendAudit(record) {
        if (fault.refuses("appendAudit", record.requestId)) throw new Error("the disk is full");
        return store.appendAudit(record);
      },
    }),
  });
  return { bench, key: await bench.issue({ daily_usd_cap: 1000 }), fault };
}

async function listEntries(
  bench: TestBench,
): Promise<{ request_id: string; outcome: string; code: string | null }[]> {
  const { json } = await bench.control("GET", "/v1/audit?limit=100");
  return (json as { data: { request_id: string; outcome: string; code: string | null }[] }).data.reverse();
}

const requestIdOf = ({ headers }: { headers: Record<string, unknown> }): string =>
  String(headers["keybrake-request-id"]);

it("writes the end of a call when the store takes it again, once", async () => {
  const { bench, key, fault } = await start();
  fault.refuses = () => true;
  const answer = await bench.charge(key);
  expect(answer.status).toBe(200);
  expect(await listEntries(bench)).toEqual([]);
  fault.refuses = () => false;
  await until("it is written", async () => (await listEntries(bench)).length > 0);
  expect(await listEntries(bench)).toMatchObject([{ request_id: requestIdOf(answer), outcome: "settled" }]);
  expect(await bench.spend(key)).toMatchObject({ total_usd: 20, held_usd: 0 });
});

it("lets new calls wait while entries are owed, and keeps their order", async () => {
  const { bench, key, fault } = await start(60_000);
  fault.refuses = () => true;
  const first = await bench.charge(key);
  const before = bench.sandbox.requests().length;
  const second = bench.charge(key);
  await until("it is written", async () => bench.internalErrors.length > 3);
  expect(bench.sandbox.requests()).toHaveLength(before);
  fault.refuses = () => false;
  expect((await second).status).toBe(200);
  expect((await listEntries(bench)).map(({ request_id }) => request_id)).toEqual([
    requestIdOf(first),
    requestIdOf(await second),
  ]);
});

it("refuses new calls at once where they are not to wait, and forwards none of them", async () => {
  const { bench, key, fault } = await start(0);
  fault.refuses = () => true;
  await bench.charge(key);
  const before = bench.sandbox.requests().length;
  const refused = await bench.charge(key);
  expect([refused.status, refused.headers["x-keybrake-code"]]).toEqual([503, "store_unavailable"]);
  expect(bench.sandbox.requests()).toHaveLength(before);
  expect((await bench.control("GET", "/metrics")).text).toMatch(/^keybrake_entries_owed 1$/m);
  fault.refuses = () => false;
  await until("it is written", async () => (await bench.charge(key)).status === 200);
});

it("drops no entry of a refusal", async () => {
  const { bench, fault } = await start();
  const key = await bench.issue({ allowed_endpoints: ["/v1/balance"] });
  fault.refuses = () => true;
  expect((await bench.charge(key)).headers["x-keybrake-code"]).toBe("endpoint_not_allowed");
  fault.refuses = () => false;
  await until("it is written", async () => (await listEntries(bench)).length === 1);
  expect(await listEntries(bench)).toMatchObject([{ code: "endpoint_not_allowed" }]);
});

it("does not let everybody wait behind one end that the store never takes, and reports it", async () => {
  const { bench, key, fault } = await start(60_000);
  let unwanted: string | undefined;
  fault.refuses = (verb, requestId) => {
    if (verb !== "settle") return false;
    unwanted ??= requestId;
    return requestId === unwanted;
  };
  await bench.charge(key);
  expect((await bench.charge(key)).status).toBe(200);
  expect(bench.internalErrors.map(String)).toContain("Error: the store does not take the end of a call");
  expect(await bench.spend(key)).toMatchObject({ total_usd: 20, held_usd: 20 });
});

it("has one entry for every answered call, in the order of each key, over a store that comes and goes", async () => {
  const { bench, fault } = await start(60_000);
  let writes = 0;
  fault.refuses = () => writes++ % 3 === 0;
  const keys = await Promise.all([1, 2, 3].map(() => bench.issue({ daily_usd_cap: 1000 })));
  const answered = await Promise.all(
    keys.map(async (key) => {
      const ids: string[] = [];
      for (let count = 0; count < 6; count++) ids.push(requestIdOf(await bench.charge(key)));
      return ids;
    }),
  );
  await until("it is written", async () => (await listEntries(bench)).length >= 18);
  const entered = (await listEntries(bench)).map(({ request_id }) => request_id);
  expect(entered).toHaveLength(18);
  for (const ids of answered) expect(entered.filter((id) => ids.includes(id))).toEqual(ids);
});
