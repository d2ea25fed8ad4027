import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { expect, it } from "vitest";
import {
  KEYBRAKE_TOKEN,
  OTHER_TOKEN,
  startForTest,
  type TestBench,
  TWO_TENANTS,
} from "../../test-support/start-for-test.ts";
import { until } from "../../test-support/until.ts";

interface Stream {
  response: IncomingMessage;
  /** The entries so far, as they came. */
  events: { id: string; entry: { code: string | null; status: number } }[];
  close(): void;
}

async function openStream(
  bench: TestBench,
  query = "",
  headers: Record<string, string> = {},
): Promise<Stream> {
  const sent = request(`${bench.url}/v1/audit/stream${query}`, {
    headers: { authorization: `Bearer ${KEYBRAKE_TOKEN}`, ...headers },
  });
  sent.on("error", () => {});
  sent.end();
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  const events: Stream["events"] = [];
  let text = "";
  response.on("error", () => {});
  response.on("data", (chunk: Buffer) => {
    text += chunk.toString();
    const blocks = text.split("\n\n");
    text = blocks.pop() ?? "";
    for (const block of blocks) {
      const field = (name: string): string | undefined =>
        new RegExp(`^${name}: ?(.*)$`, "m").exec(block)?.[1];
      const data = field("data");
      if (data !== undefined) events.push({ id: field("id") ?? "", entry: JSON.parse(data) });
    }
  });
  return { response, events, close: () => sent.destroy() };
}

/** Counts the listeners that a store has. */
function countingStore(): { count(): number; wrap: Parameters<typeof startForTest>[0] } {
  let listeners = 0;
  return {
    count: () => listeners,
    wrap: {
      wrapStore: (store) => ({
        ...store,
        onAudit(listener) {
          const stop = store.onAudit(listener);
          listeners++;
          return () => {
            stop();
            listeners--;
          };
        },
      }),
    },
  };
}

it("shows entries as they happen, from now on, to their tenant", async () => {
  const bench = await startForTest(TWO_TENANTS);
  const key = await bench.issue({ daily_usd_cap: 30 });
  await bench.charge(key);
  const mine = await openStream(bench);
  const foreign = await openStream(bench, "", { authorization: `Bearer ${OTHER_TOKEN}` });
  expect(mine.response.statusCode).toBe(200);
  expect(mine.response.headers["content-type"]).toMatch(/^text\/event-stream/);
  expect(mine.response.headers["cache-control"]).toBe("no-store");
  await bench.charge(key);
  await until("the entry has come", () => mine.events.length === 1);
  expect(mine.events[0]?.entry).toMatchObject({ code: "cap_exhausted", status: 429 });
  expect(foreign.events).toEqual([]);
  mine.close();
  foreign.close();
});

it("takes up after Last-Event-ID, and misses nothing", async () => {
  const bench = await startForTest();
  const key = await bench.issue({ max_calls: 1 });
  const first = await openStream(bench);
  await bench.charge(key);
  await until("the entry has come", () => first.events.length === 1);
  first.close();
  for (let index = 0; index < 250; index++) await bench.charge(key);
  const again = await openStream(bench, "", { "last-event-id": first.events[0]?.id ?? "" });
  await until("all that was missed has come", () => again.events.length === 250);
  await bench.charge(key);
  await until("what is new has come", () => again.events.length === 251);
  expect(new Set(again.events.map(({ id }) => id)).size).toBe(251);
  again.close();
});

it("filters", async () => {
  const bench = await startForTest();
  const key = await bench.issue({ daily_usd_cap: 30 });
  const stream = await openStream(bench, "?decision=refused");
  await bench.charge(key);
  await bench.charge(key);
  await until("the refusal has come", () => stream.events.length > 0);
  expect(stream.events.map(({ entry }) => entry.status)).toEqual([429]);
  stream.close();
  const refused = await bench.control("GET", "/v1/audit/stream?decision=maybe");
  expect(refused.status).toBe(422);
});

it("stops listening when the reader leaves", async () => {
  const { count, wrap } = countingStore();
  const bench = await startForTest(wrap);
  const streams = await Promise.all([openStream(bench), openStream(bench)]);
  await until("both listen", () => count() === 2);
  for (const stream of streams) stream.close();
  await until("nobody listens", () => count() === 0);
});

it("stops listening where the store fails", async () => {
  const { count, wrap } = countingStore();
  let down = false;
  const bench = await startForTest({
    wrapStore: (store) => ({
      ...(wrap?.wrapStore?.(store) ?? store),
      listAuditAfter: (...args) => (down ? Promise.reject(new Error("down")) : store.listAuditAfter(...args)),
    }),
  });
  const stream = await openStream(bench);
  await until("it listens", () => count() === 1);
  const ended = once(stream.response, "close");
  down = true;
  await bench.charge(await bench.issue());
  await ended;
  await until("nobody listens", () => count() === 0);
  expect(bench.internalErrors).toHaveLength(1);
});

it("ends with the proxy", async () => {
  const bench = await startForTest();
  const stream = await openStream(bench);
  const ended = once(stream.response, "end");
  await bench.proxy.close();
  await ended;
});
