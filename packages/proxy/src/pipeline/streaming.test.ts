import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { expect, it } from "vitest";
import { startForTest, type TestBench } from "../../test-support/start-for-test.ts";
import { findDeadUrl, startVendor } from "../../test-support/start-vendor.ts";
import { until } from "../../test-support/until.ts";

const MEGABYTE = 1_048_576;

async function get(bench: TestBench, token: string, path: string): Promise<IncomingMessage> {
  const sent = request(`${bench.url}/stripe${path}`, { headers: { authorization: `Bearer ${token}` } });
  sent.end();
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  return response;
}

it("hands a slow answer on piece by piece", async () => {
  const bench = await startForTest();
  const key = await bench.issue();
  for (let index = 0; index < 5; index++) await bench.charge(key);
  bench.sandbox.fail({ kind: "slow_body", ms: 30 });
  const response = await get(bench, key.token, "/v1/charges?limit=5");
  const chunks: string[] = [];
  for await (const chunk of response) chunks.push(String(chunk));
  expect(chunks.length).toBeGreaterThan(3);
  expect(JSON.parse(chunks.join(""))).toMatchObject({ object: "list" });
});

it("hands large bodies on in both directions, byte for byte", async () => {
  const large = Buffer.alloc(8 * MEGABYTE, "0123456789abcdef");
  const vendor = await startVendor((call, response) => response.end(Buffer.from(call.body, "latin1")));
  const bench = await startForTest({ stripe: { upstream: vendor.url } });
  const key = await bench.issue();
  const headers = { authorization: `Bearer ${key.token}`, "content-type": "application/octet-stream" };
  const answer = await bench.send("POST", "/stripe/v1/other", { headers, body: large });
  expect(answer.text === large.toString()).toBe(true);
  expect(vendor.calls[0]?.headers["content-length"]).toBe(String(large.length));
  const chunked = request(`${bench.url}/stripe/v1/other`, { method: "POST", headers });
  for (let start = 0; start < large.length; start += MEGABYTE)
    chunked.write(large.subarray(start, start + MEGABYTE));
  chunked.end();
  const [response] = (await once(chunked, "response")) as [IncomingMessage];
  let length = 0;
  for await (const chunk of response) length += (chunk as Buffer).length;
  expect(length).toBe(large.length);
  expect(vendor.calls[1]?.headers["transfer-encoding"]).toBe("chunked");
});

it("stops reading from the vendor while the caller reads nothing", async () => {
  const size = 64 * MEGABYTE;
  let written = 0;
  const vendor = await startVendor((_call, response) => {
    response.writeHead(200, { "content-length": size });
    const piece = Buffer.alloc(MEGABYTE, "x");
    const write = (): void => {
      while (written < size) {
        written += piece.length;
        if (!response.write(piece)) return void response.once("drain", write);
      }
      response.end();
    };
    write();
  });
  const bench = await startForTest({ stripe: { upstream: vendor.url } });
  const key = await bench.issue();
  const response = await get(bench, key.token, "/v1/files/f/contents");
  response.pause();
  let before = -1;
  await until("the vendor is held back", async () => {
    const stands = written === before;
    before = written;
    await new Promise((resolve) => setTimeout(resolve, 50));
    return stands;
  });
  expect(written).toBeLessThan(size);
  let length = 0;
  for await (const chunk of response) length += (chunk as Buffer).length;
  expect(length).toBe(size);
});

it("hands an answer above what is collected on, settled at the estimate", async () => {
  const text = `{"amount": 1500, "currency": "usd", "filler": "${"x".repeat(3 * MEGABYTE)}"}`;
  const vendor = await startVendor((_call, response) => response.end(text));
  const bench = await startForTest({ stripe: { upstream: vendor.url } });
  const key = await bench.issue({ daily_usd_cap: 100 });
  const answer = await bench.charge(key);
  expect(answer.text.length).toBe(text.length);
  expect((await bench.spend(key)).total_usd).toBe(20);
});

it("answers HEAD without a body, and 204 and 304 as they are", async () => {
  const vendor = await startVendor((call, response) => {
    if (call.path === "/v1/204") response.writeHead(204).end();
    else if (call.path === "/v1/304") response.writeHead(304, { etag: '"a"' }).end();
    else response.writeHead(200, { "content-length": "1234" }).end();
  });
  const bench = await startForTest({ stripe: { upstream: vendor.url } });
  const key = await bench.issue();
  const headers = { authorization: `Bearer ${key.token}` };
  const head = await bench.send("HEAD", "/stripe/v1/charges", { headers });
  expect([head.status, head.headers["content-length"], head.text]).toEqual([200, "1234", ""]);
  expect((await bench.send("GET", "/stripe/v1/204", { headers })).status).toBe(204);
  expect((await bench.send("GET", "/stripe/v1/304", { headers })).headers.etag).toBe('"a"');
  const refused = await bench.send("HEAD", "/stripe/v1/charges");
  expect([refused.status, refused.headers["x-keybrake-code"]]).toEqual([401, "invalid_key"]);
});

it("lets go of a read whose caller left", async () => {
  let closed = false;
  const vendor = await startVendor((_call, response) => {
    response.write("first");
    response.on("close", () => {
      closed = true;
    });
  });
  const bench = await startForTest({ stripe: { upstream: vendor.url } });
  const key = await bench.issue();
  const response = await get(bench, key.token, "/v1/charges");
  await once(response, "data");
  response.destroy();
  await until("the vendor's side is closed", () => closed);
});

it("tells a caller who streams its body that the vendor can't be reached", async () => {
  const bench = await startForTest({ stripe: { upstream: await findDeadUrl() } });
  const key = await bench.issue();
  const answer = await bench.send("POST", "/stripe/v1/other", {
    headers: { authorization: `Bearer ${key.token}`, "content-type": "application/octet-stream" },
    body: Buffer.alloc(MEGABYTE, "x"),
  });
  expect([answer.status, answer.headers["x-keybrake-code"]]).toEqual([502, "upstream_unreachable"]);
});

it("lets a caller who leaves within a streamed body reach nobody for good, and enters it", async () => {
  const vendor = await startVendor((_call, response) => response.end("{}"));
  const bench = await startForTest({ stripe: { upstream: vendor.url } });
  const key = await bench.issue();
  const sent = request(`${bench.url}/stripe/v1/other`, {
    method: "POST",
    headers: { authorization: `Bearer ${key.token}`, "content-length": MEGABYTE },
  });
  sent.on("error", () => {});
  sent.write(Buffer.alloc(1000));
  await new Promise((resolve) => setTimeout(resolve, 50));
  sent.destroy();
  await until("the call is entered", async () => (await bench.audit()).length === 1);
  expect(vendor.calls).toEqual([]);
});

it("refuses a body above the limit with an answer the caller gets to see", async () => {
  const bench = await startForTest();
  const key = await bench.issue({ daily_usd_cap: 100 });
  const headers = {
    authorization: `Bearer ${key.token}`,
    "content-type": "application/x-www-form-urlencoded",
  };
  const body = `amount=2000&currency=usd&description=${"x".repeat(4 * MEGABYTE)}`;
  const answer = await fetch(`${bench.url}/stripe/v1/charges`, { method: "POST", headers, body });
  expect(answer.status).toBe(413);
  expect(await answer.json()).toMatchObject({ code: "request_too_large" });
  const chunked = await fetch(`${bench.url}/stripe/v1/charges`, {
    method: "POST",
    headers,
    body: new Blob([body]).stream(),
    duplex: "half",
  } as RequestInit);
  expect(chunked.status).toBe(413);
  expect(bench.sandbox.requests()).toEqual([]);
  expect((await bench.spend(key)).held_usd).toBe(0);
});

it("forgets a caller who left while the store was still looking for its key", async () => {
  const bench = await startForTest({
    wrapStore: (store) => ({
      ...store,
      async findKey(hash) {
        await new Promise((resolve) => setTimeout(resolve, 80));
        return store.findKey(hash);
      },
    }),
  });
  const key = await bench.issue({ daily_usd_cap: 100 });
  for (const length of [1000, MEGABYTE]) {
    const sent = request(`${bench.url}/stripe/v1/charges`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${key.token}`,
        "content-type": "application/x-www-form-urlencoded",
        "content-length": length,
      },
    });
    sent.on("error", () => {});
    sent.write("amount=2000&currency=usd");
    await new Promise((resolve) => setTimeout(resolve, 30));
    sent.destroy();
  }
  await until("both calls are entered", async () => (await bench.audit()).length === 2);
  expect(await bench.audit()).toMatchObject([{ code: "malformed_request" }, { code: "malformed_request" }]);
  expect(bench.sandbox.requests()).toEqual([]);
  expect((await bench.send("GET", "/metrics")).text).toContain("keybrake_calls_in_flight 0");
});
