import { once } from "node:events";
import { connect } from "node:net";
import { expect, it } from "vitest";
import { startForTest } from "../test-support/start-for-test.ts";
import { startVendor } from "../test-support/start-vendor.ts";
import { until } from "../test-support/until.ts";
import { createProxy } from "./create-proxy.ts";

it("lets a slow call finish and be settled before it closes", async () => {
  const bench = await startForTest();
  const key = await bench.issue({ daily_usd_cap: 100 });
  bench.sandbox.fail({ kind: "delay", ms: 300 });
  const call = bench.charge(key);
  await until("the vendor has the call", () => bench.sandbox.requests().length === 1);
  await bench.proxy.close();
  expect(bench.grossUsdMinor()).toBe(2000);
  expect(await bench.audit()).toMatchObject([{ outcome: "settled", costMicroUsd: 20_000_000 }]);
  expect((await call).status).toBe(200);
});

it("takes no connection while it closes", async () => {
  const bench = await startForTest();
  const key = await bench.issue();
  bench.sandbox.fail({ kind: "delay", ms: 300 });
  const call = bench.charge(key);
  await until("the vendor has the call", () => bench.sandbox.requests().length === 1);
  const closing = bench.proxy.close();
  const late = connect(bench.port, "127.0.0.1");
  const [error] = (await once(late, "error")) as [NodeJS.ErrnoException];
  expect(error.code).toBe("ECONNREFUSED");
  expect((await call).status).toBe(200);
  await closing;
});

it("forwards no new call on a kept connection while it closes", async () => {
  const bench = await startForTest();
  const key = await bench.issue();
  bench.sandbox.fail({ kind: "delay", ms: 300 });
  const socket = connect(bench.port, "127.0.0.1");
  await once(socket, "connect");
  const body = "amount=100&currency=usd&source=tok_visa";
  const bytes = `POST /stripe/v1/charges HTTP/1.1\r\nHost: p\r\nAuthorization: Bearer ${key.token}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  socket.write(bytes);
  await until("the vendor has the call", () => bench.sandbox.requests().length === 1);
  const closing = bench.proxy.close();
  socket.write(bytes);
  let text = "";
  socket.on("data", (chunk: Buffer) => {
    text += chunk.toString();
  });
  socket.on("error", () => {});
  await once(socket, "close");
  await closing;
  expect(text).toMatch(/^HTTP\/1\.1 200 /);
  expect(bench.sandbox.requests()).toHaveLength(1);
});

it("waits no longer than it is told to, and keeps what it cut off as unknown", async () => {
  const vendor = await startVendor(() => {});
  const bench = await startForTest({ stripe: { upstream: vendor.url } });
  const key = await bench.issue({ daily_usd_cap: 100 });
  const call = bench.charge(key).catch(() => undefined);
  await until("the vendor has the call", () => vendor.calls.length === 1);
  await bench.proxy.close({ graceMs: 50 });
  await call;
  await until("the call is entered", async () => (await bench.audit()).length === 1);
  expect(await bench.audit()).toMatchObject([{ outcome: "unknown", costMicroUsd: null }]);
});

it("closes twice, and before it ever listened", async () => {
  const bench = await startForTest();
  await bench.proxy.close();
  await bench.proxy.close();
  const never = createProxy({ tokens: [{ name: "a", token: "kb" }], vendors: {} });
  await never.close();
});

it("says in one sentence that a port is taken", async () => {
  const bench = await startForTest();
  const second = createProxy({
    listen: `127.0.0.1:${bench.port}`,
    tokens: [{ name: "a", token: "kb" }],
    vendors: {},
  });
  await expect(second.listen()).rejects.toThrow(
    `can't listen on 127.0.0.1:${bench.port}: the port is in use`,
  );
  await second.close();
});
