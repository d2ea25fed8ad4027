import { inspect } from "node:util";
import { ERROR_STATUS } from "@keybrake/core/protocol";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { refusalWalks } from "../../test-support/refusal-walks.ts";
import {
  ACME_SECRET,
  KEYBRAKE_TOKEN,
  LIVE_SECRET,
  OTHER_SECRET,
  OTHER_TOKEN,
  startForTest,
  TWO_ACCOUNTS,
} from "../../test-support/start-for-test.ts";
import { startRawVendor, startVendor } from "../../test-support/start-vendor.ts";

/*
 * Every bench ends with `assertNoLeaks`: no vendor request may hold a vault key or a Keybrake token, no answer,
 * entry or summary any credential at all. So a case only has to walk a path.
 */

it("walks to every code there is", () => {
  expect([...new Set(refusalWalks.map(({ code }) => code))].sort()).toEqual(Object.keys(ERROR_STATUS).sort());
});

describe("no credential shows at", () => {
  it.each(refusalWalks)("$code", async ({ code, options, walk }) => {
    const bench = await startForTest(await options?.());
    expect((await walk(bench)).headers["x-keybrake-code"]).toBe(code);
  });
});

const base64 = Buffer.from(LIVE_SECRET).toString("base64");

describe("a vendor that echoes the credential", () => {
  it.each([
    ["in an error", 401, `{"error":{"message":"Invalid API Key: ${LIVE_SECRET}"}}`],
    ["in a success", 200, `{"key":"${LIVE_SECRET}","again":"${LIVE_SECRET}"}`],
    ["in Base64", 400, `{"authorization":"Basic ${base64}"}`],
    ["in Base64 with a colon", 400, Buffer.from(`${LIVE_SECRET}:`).toString("base64")],
    ["in HTML", 502, `<html>Bearer ${LIVE_SECRET}</html>`],
  ])("%s is masked, and nothing else changes", async (_name, status, body) => {
    const vendor = await startVendor((_call, response) =>
      response
        .writeHead(status, {
          "x-echo": `Bearer ${LIVE_SECRET}`,
          "x-list": [LIVE_SECRET, "plain"],
          "x-basic": base64,
        })
        .end(body),
    );
    const bench = await startForTest({ stripe: { upstream: vendor.url } });
    const answer = await bench.charge(await bench.issue());
    expect(answer.status).toBe(status);
    expect(answer.text).toHaveLength(body.length);
    expect(answer.text).toContain("****");
    expect(answer.headers["x-echo"]).toBe(`Bearer ${"*".repeat(LIVE_SECRET.length)}`);
  });

  it("in pieces, at every border, is masked as well", async () => {
    const body = `{"error":"no ${LIVE_SECRET}!"}`;
    const from = body.indexOf(LIVE_SECRET);
    let split = 0;
    const vendor = await startRawVendor((socket) => {
      socket.setNoDelay(true);
      socket.write(`HTTP/1.1 400 Bad\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n`);
      socket.write(body.slice(0, split));
      setTimeout(() => socket.end(body.slice(split)), 15);
    });
    const bench = await startForTest({ stripe: { upstream: vendor.url } });
    const key = await bench.issue();
    for (split = from; split <= from + LIVE_SECRET.length; split++) {
      const answer = await bench.charge(key);
      expect(answer.text).toBe(body.replace(LIVE_SECRET, "*".repeat(LIVE_SECRET.length)));
    }
  });

  it("byte by byte is masked as well", async () => {
    const body = `${LIVE_SECRET.slice(0, 5)}${LIVE_SECRET}${LIVE_SECRET.slice(0, 8)}`;
    const vendor = await startRawVendor((socket) => {
      socket.setNoDelay(true);
      socket.write("HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n");
      let at = 0;
      const timer = setInterval(() => {
        const byte = body[at++];
        if (byte !== undefined) return void socket.write(`1\r\n${byte}\r\n`);
        clearInterval(timer);
        socket.end("0\r\n\r\n");
      }, 1);
    });
    const bench = await startForTest({ stripe: { upstream: vendor.url } });
    const { token } = await bench.issue();
    const answer = await bench.send("GET", "/stripe/v1/x", { headers: { authorization: `Bearer ${token}` } });
    expect(answer.text).toBe(body.replace(LIVE_SECRET, "*".repeat(LIVE_SECRET.length)));
  });

  it("of another tenant than the vendor's is masked as well", async () => {
    const vendor = await startVendor(({ headers }, response) =>
      response.writeHead(401, { "x-echo": headers.authorization }).end(`no ${headers.authorization}`),
    );
    const bench = await startForTest({
      ...TWO_ACCOUNTS,
      stripe: { ...TWO_ACCOUNTS.stripe, upstream: vendor.url },
    });
    for (const token of [KEYBRAKE_TOKEN, OTHER_TOKEN]) {
      expect((await bench.charge(await bench.issue({}, token))).text).toMatch(/^no Bearer \*+$/);
    }
    expect(vendor.calls.map(({ headers }) => headers.authorization)).toEqual([
      `Bearer ${ACME_SECRET}`,
      `Bearer ${OTHER_SECRET}`,
    ]);
  });

  it("as the id of its request keeps it out of the audit", async () => {
    const vendor = await startVendor((_call, response) =>
      response.writeHead(200, { "request-id": LIVE_SECRET }).end("{}"),
    );
    const bench = await startForTest({ stripe: { upstream: vendor.url } });
    await bench.charge(await bench.issue());
    expect(await bench.audit()).toHaveLength(1);
  });
});

it("sends the vendor neither cookies nor where the caller is, nor the caller's credential in any header", async () => {
  const vendor = await startVendor((_call, response) =>
    response
      .writeHead(200, { "set-cookie": "a=b", "keybrake-cost-usd": "0.00", "x-keybrake-code": "fake" })
      .end("{}"),
  );
  const bench = await startForTest({ stripe: { upstream: vendor.url } });
  const { token } = await bench.issue();
  const answer = await bench.send("GET", "/stripe/v1/charges", {
    headers: {
      authorization: `Bearer ${token}`,
      cookie: "session=1",
      "x-forwarded-for": "10.0.0.1",
      "x-forwarded-host": "evil",
      forwarded: "for=10.0.0.1",
      via: "1.1 x",
      "x-real-ip": "10.0.0.1",
      "proxy-authorization": "Basic abc",
      "x-http-method-override": "DELETE",
      "x-original-url": "/v1/payouts",
      te: "trailers",
      "accept-encoding": "gzip",
      "keybrake-debug": "1",
      "stripe-version": "2026-10-28.endive",
      "user-agent": "agent/1",
      accept: "application/json",
    },
  });
  const sent = vendor.calls[0]?.headers ?? {};
  expect(sent.authorization).toBe(`Bearer ${LIVE_SECRET}`);
  expect(Object.keys(sent).sort()).toEqual(
    [
      "accept",
      "accept-encoding",
      "authorization",
      "connection",
      "host",
      "stripe-version",
      "user-agent",
    ].sort(),
  );
  expect(sent["accept-encoding"]).toBe("identity");
  expect(answer.headers).not.toHaveProperty("set-cookie");
  expect(answer.headers).not.toHaveProperty("x-keybrake-code");
});

it("prints no credential where the host listens to nothing", async () => {
  const printed: unknown[] = [];
  for (const level of ["log", "info", "warn", "error", "debug"] as const) {
    vi.spyOn(console, level).mockImplementation((...values: unknown[]) => void printed.push(...values));
  }
  onTestFinished(() => void vi.restoreAllMocks());
  const bench = await startForTest({
    listens: false,
    wrapStore: (store) => ({ ...store, reserve: () => Promise.reject(new Error("store down")) }),
  });
  const { token } = await bench.issue();
  expect((await bench.charge({ id: "", token })).status).toBe(503);
  expect(printed.length).toBeGreaterThan(0);
  const text = inspect(printed, { depth: 9 });
  for (const secret of [token, LIVE_SECRET, KEYBRAKE_TOKEN]) expect(text).not.toContain(secret);
});
