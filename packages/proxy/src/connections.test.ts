import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { type IssuedKey, startForTest, type TestBench } from "../test-support/start-for-test.ts";
import { startRawVendor } from "../test-support/start-vendor.ts";
import { until } from "../test-support/until.ts";

const CHARGE = "amount=2000&currency=usd&source=tok_visa";

async function connectTo(bench: TestBench): Promise<{ socket: Socket; text(): string }> {
  const socket = connect(bench.port, "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  let text = "";
  socket.on("data", (chunk: Buffer) => {
    text += chunk.toString("latin1");
  });
  socket.on("error", () => {});
  await once(socket, "connect");
  return { socket, text: () => text };
}

function toHead(key: IssuedKey, path: string, contentType: string, length: number): string {
  return `POST /stripe${path} HTTP/1.1\r\nHost: p\r\nAuthorization: Bearer ${key.token}\r\nContent-Type: ${contentType}\r\nContent-Length: ${length}\r\n\r\n`;
}

const toCharge = (key: IssuedKey): string =>
  `${toHead(key, "/v1/charges", "application/x-www-form-urlencoded", CHARGE.length)}${CHARGE}`;

it("closes a connection at once that has sent nothing, or half a request", async () => {
  const bench = await startForTest();
  const silent = await connectTo(bench);
  const half = await connectTo(bench);
  half.socket.write("POST /stripe/v1/charges HTTP/1.1\r\nHost:");
  const whole = await connectTo(bench);
  whole.socket.write("GET /healthz HTTP/1.1\r\nHost: p\r\n\r\n");
  await until("the proxy has read what was sent", () => whole.text().includes("\r\n\r\n"));
  const closed = Promise.all([silent, half, whole].map(({ socket }) => once(socket, "close")));
  // With the usual grace of 65 s, this test would time out.
  await bench.proxy.close();
  await closed;
});

it("sends both responses of two pipelined calls while it closes", async () => {
  const bench = await startForTest();
  const key = await bench.issue({ daily_usd_cap: 100 });
  bench.sandbox.fail({ kind: "delay", ms: 300 });
  const { socket, text } = await connectTo(bench);
  socket.write(toCharge(key) + toCharge(key));
  await until("the vendor has both calls", () => bench.sandbox.requests().length === 2);
  const closed = once(socket, "close");
  await bench.proxy.close();
  await closed;
  expect(text().match(/HTTP\/1\.1 200 /g)).toHaveLength(2);
  expect(bench.grossUsdMinor()).toBe(4000);
  expect(await bench.audit()).toMatchObject([{ outcome: "settled" }, { outcome: "settled" }]);
});

it("settles every other call when a client and its vendor are cut off while it closes", async () => {
  const uploads: Socket[] = [];
  const vendor = await startRawVendor((socket) => uploads.push(socket));
  const bench = await startForTest({
    config: {
      vendors: {
        files: {
          upstream: vendor.url,
          credential: "files-secret",
          auth: { authorization: "Bearer {{secret}}" },
          routes: [{ match: ["POST /upload"], price: "free" }],
        },
      },
    },
  });
  const key = await bench.issue({ daily_usd_cap: 100 });
  const uploader = await bench.issue({ vendor: "files", label: "uploader" });
  const { socket } = await connectTo(bench);
  socket.write(
    `POST /files/upload HTTP/1.1\r\nHost: p\r\nAuthorization: Bearer ${uploader.token}\r\nContent-Type: application/octet-stream\r\nContent-Length: 1000000\r\n\r\n${"x".repeat(100_000)}`,
  );
  await until("the upload has begun", () => uploads.length === 1);
  bench.sandbox.fail({ kind: "delay", ms: 300 });
  const charge = bench.charge(key);
  await until("the vendor has the charge", () => bench.sandbox.requests().length === 1);
  const closing = bench.proxy.close();
  socket.resetAndDestroy();
  uploads[0]?.resetAndDestroy();
  await closing;
  expect((await charge).status).toBe(200);
  const entries = await bench.audit();
  expect(entries.filter(({ keyId }) => keyId === key.id)).toMatchObject([
    { outcome: "settled", costMicroUsd: 20_000_000 },
  ]);
});

it("hands back what a vendor answers before it has read the body, and releases the hold", async () => {
  const vendor = await startRawVendor((socket) => {
    socket.pause();
    socket.end(
      'HTTP/1.1 413 Payload Too Large\r\nContent-Type: application/json\r\nContent-Length: 21\r\nConnection: close\r\n\r\n{"error":"too large"}',
    );
  });
  const bench = await startForTest({ stripe: { upstream: vendor.url } });
  const key = await bench.issue({ daily_usd_cap: 100, max_usd_per_call: 5 });
  const answer = await bench.send("POST", "/stripe/v1/files", {
    headers: { authorization: `Bearer ${key.token}`, "content-type": "multipart/form-data; boundary=b" },
    body: "x".repeat(2_000_000),
  });
  expect([answer.status, answer.text]).toEqual([413, '{"error":"too large"}']);
  expect(await bench.spend(key)).toMatchObject({ held_usd: 0, total_usd: 0 });
});

it("skips interim responses that it has not asked for", async () => {
  const vendor = await startRawVendor((socket) => {
    const interim = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
    const answer =
      'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 51\r\n\r\n{"id":"ch_1","amount":2000,"currency":"usd","x":11}';
    // In two pieces, so that the interim response is cut in its middle.
    socket.write(interim.slice(0, 10));
    setTimeout(() => socket.write(interim.slice(10) + answer), 20);
  });
  const bench = await startForTest({ stripe: { upstream: vendor.url } });
  const key = await bench.issue({ daily_usd_cap: 100 });
  const answer = await bench.charge(key);
  expect(answer.status).toBe(200);
  expect(await bench.spend(key)).toMatchObject({ held_usd: 0, total_usd: 20 });
});
