import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { describe, expect, it } from "vitest";
import { type IssuedKey, startForTest, type TestBench } from "../../test-support/start-for-test.ts";
import { startVendor } from "../../test-support/start-vendor.ts";
import { until } from "../../test-support/until.ts";

interface Receipt {
  status: string;
  in_flight: { calls: number; held_usd: number };
}

async function revoke(bench: TestBench, key: IssuedKey): Promise<Receipt> {
  const answer = await bench.control("DELETE", `/v1/keys/${key.id}`);
  expect(answer.status).toBe(200);
  return answer.json as Receipt;
}

it.each([0, 2, 10])(
  "reaches the vendor no more once DELETE has answered, with 32 callers (latency %i ms)",
  async (latencyMs) => {
    const bench = await startForTest({ sandbox: { latencyMs } });
    const key = await bench.issue();
    let stop = false;
    let begunAfter = 0;
    const codes = new Set<unknown>();
    const callers = Array.from({ length: 32 }, async () => {
      while (!stop) {
        const answer = await bench.charge(key, 100);
        codes.add(answer.headers["x-keybrake-code"]);
      }
    });
    await until("calls have passed", () => bench.sandbox.requests().length > 100);
    const receipt = await revoke(bench, key);
    const reached = bench.sandbox.requests().length;
    // What the receipt counts may still be on the wire, between the proxy and the vendor.
    await until("callers are refused", () => codes.has("key_revoked"));
    while (begunAfter++ < 20) await bench.charge(key, 100);
    stop = true;
    await Promise.all(callers);
    expect(bench.sandbox.requests().length - reached).toBeLessThanOrEqual(receipt.in_flight.calls);
    expect(codes).toEqual(new Set([undefined, "key_revoked"]));
    expect((await bench.spend(key)).total_usd * 100).toBe(bench.grossUsdMinor());
    expect((await bench.spend(key)).held_usd).toBe(0);
  },
);

describe("the receipt", () => {
  it("counts the calls at the vendor, and what they hold", async () => {
    const bench = await startForTest();
    const key = await bench.issue({ daily_usd_cap: 500 });
    bench.sandbox.fail({ kind: "delay", ms: 300, times: 3 });
    const calls = [1000, 2000, 3000].map((amount) => bench.charge(key, amount));
    await until("they are at the vendor", () => bench.sandbox.requests().length === 3);
    expect(await revoke(bench, key)).toMatchObject({
      status: "revoked",
      in_flight: { calls: 3, held_usd: 60 },
    });
    const answers = await Promise.all(calls);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(await bench.spend(key)).toMatchObject({ total_usd: 60, held_usd: 0 });
    // Asked again, it is the same answer, although the calls are over by now.
    expect(await revoke(bench, key)).toMatchObject({
      status: "revoked",
      in_flight: { calls: 3, held_usd: 60 },
    });
  });

  it("leaves out what had not been sent: its caller is told that the key is revoked", async () => {
    const bench = await startForTest();
    const key = await bench.issue({ daily_usd_cap: 500 });
    const headers = {
      authorization: `Bearer ${key.token}`,
      "content-type": "application/x-www-form-urlencoded",
    };
    const body = "amount=2000&currency=usd&source=tok_visa";
    const waiting = request(`${bench.url}/stripe/v1/charges`, {
      method: "POST",
      headers: { ...headers, "content-length": body.length },
    });
    waiting.write(body.slice(0, 10));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await revoke(bench, key)).in_flight).toEqual({ calls: 0, held_usd: 0 });
    waiting.end(body.slice(10));
    const [response] = (await once(waiting, "response")) as [IncomingMessage];
    response.resume();
    expect(response.statusCode).toBe(401);
    expect(response.headers["x-keybrake-code"]).toBe("key_revoked");
    expect(bench.sandbox.requests()).toEqual([]);
  });

  it("leaves out a refund that is still being looked up, and lets it look up no more", async () => {
    const bench = await startForTest();
    const charge = (await bench.charge(await bench.issue())).json as { id: string };
    const key = await bench.issue({ daily_usd_cap: 500 });
    bench.sandbox.fail({ kind: "delay", ms: 150, match: { method: "GET" } });
    const refund = bench.post(key, "/v1/refunds", { charge: charge.id });
    await until("the look-up is at the vendor", () => bench.sandbox.requests().length === 2);
    expect((await revoke(bench, key)).in_flight).toEqual({ calls: 0, held_usd: 0 });
    expect((await refund).headers["x-keybrake-code"]).toBe("key_revoked");
    expect(bench.sandbox.requests()).toHaveLength(2);

    const other = await bench.issue({ daily_usd_cap: 500 });
    const body = `charge=${charge.id}`;
    const waiting = request(`${bench.url}/stripe/v1/refunds`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${other.token}`,
        "content-type": "application/x-www-form-urlencoded",
        "content-length": body.length,
      },
    });
    waiting.write(body.slice(0, 5));
    await new Promise((resolve) => setTimeout(resolve, 50));
    await revoke(bench, other);
    waiting.end(body.slice(5));
    const [response] = (await once(waiting, "response")) as [IncomingMessage];
    response.resume();
    expect(response.headers["x-keybrake-code"]).toBe("key_revoked");
    expect(bench.sandbox.requests()).toHaveLength(2);
  });
});

it("cuts the streams of a revoked key, and leaves those of others alone", async () => {
  let closed = 0;
  const vendor = await startVendor((_call, response) => {
    response.write("first ");
    const timer = setInterval(() => response.write("more "), 10);
    response.on("close", () => {
      closed++;
      clearInterval(timer);
    });
  });
  const bench = await startForTest({ stripe: { upstream: vendor.url } });
  const [revoked, other] = await Promise.all([bench.issue(), bench.issue()]);
  const open = async (token: string): Promise<IncomingMessage> => {
    const sent = request(`${bench.url}/stripe/v1/events`, { headers: { authorization: `Bearer ${token}` } });
    sent.end();
    const [response] = (await once(sent, "response")) as [IncomingMessage];
    await once(response, "data");
    return response;
  };
  const [cut, kept] = await Promise.all([open(revoked.token), open(other.token)]);
  const failed = once(cut, "error");
  await revoke(bench, revoked);
  await failed;
  await until("the vendor's side is closed, too", () => closed === 1);
  await once(kept, "data");
  expect(kept.destroyed).toBe(false);
  kept.destroy();
  await until("both are closed", () => closed === 2);
});

it("cuts a paid answer off within its body, and still settles it", async () => {
  const text = '{"amount": 1500, "currency": "usd"}';
  let end = (): void => {};
  const vendor = await startVendor((_call, response) => {
    // More than is collected for a price, so that it streams.
    response.write(" ".repeat(2_000_000));
    end = () => response.end(text);
  });
  const bench = await startForTest({ stripe: { upstream: vendor.url } });
  const key = await bench.issue({ daily_usd_cap: 100 });
  const call = bench.charge(key);
  const failed = expect(call).rejects.toThrow();
  await until("the call is settled", async () => (await bench.audit()).length === 1);
  await revoke(bench, key);
  await failed;
  end();
  expect(await bench.spend(key)).toMatchObject({ total_usd: 20, held_usd: 0 });
});

it("revokes many at once by label, budget and vendor", async () => {
  const bench = await startForTest();
  const keys = await Promise.all([
    bench.issue({ label: "run-7/a", budgets: ["user:42"] }),
    bench.issue({ label: "run-7/b" }),
    bench.issue({ label: "run-8" }),
  ]);
  const revoked = await bench.control("POST", "/v1/keys/revoke", {
    label_prefix: "run-7/",
    budget: "user:42",
  });
  expect(revoked.json).toMatchObject({ revoked: 1 });
  expect((await bench.control("POST", "/v1/keys/revoke", { label_prefix: "run-7/" })).json).toMatchObject({
    revoked: 1,
  });
  const codes = await Promise.all(
    keys.map(async (key) => (await bench.charge(key)).headers["x-keybrake-code"]),
  );
  expect(codes).toEqual(["key_revoked", "key_revoked", undefined]);
  const none = await bench.control("POST", "/v1/keys/revoke", {});
  expect([none.status, none.headers["x-keybrake-code"]]).toEqual([422, "invalid_policy"]);
});

it("extends no key that was revoked or has expired", async () => {
  const bench = await startForTest();
  const [revoked, expired] = await Promise.all([bench.issue(), bench.issue({ expires_in: "1s" })]);
  await revoke(bench, revoked);
  bench.advance(2000);
  for (const [key, code] of [
    [revoked, "key_revoked"],
    [expired, "key_expired"],
  ] as const) {
    const extended = await bench.control("POST", `/v1/keys/${key.id}/extend`, { expires_in: "5m" });
    expect([extended.status, extended.headers["x-keybrake-code"]]).toEqual([401, code]);
    const called = await bench.charge(key);
    expect([called.status, called.headers["x-keybrake-code"]]).toEqual([401, code]);
  }
  expect(bench.sandbox.requests()).toEqual([]);
});

it.each([
  ["no credential", undefined],
  ["another scheme", "Digest abc"],
  ["no token", "Bearer "],
  ["a token of nobody", "Bearer vk_live_0000000000000000000000000000000000000000000000000"],
  ["a vendor's key", "Bearer sk_live_canary"],
  ["two tokens", "Bearer a b"],
  ["Basic without a vault key", `Basic ${Buffer.from("user:password").toString("base64")}`],
  ["Basic that is not Base64", "Basic %%%"],
])("knows nobody with %s", async (_name, authorization) => {
  const bench = await startForTest();
  const answer = await bench.send("GET", "/stripe/v1/balance", {
    headers: authorization === undefined ? {} : { authorization },
  });
  expect([answer.status, answer.headers["x-keybrake-code"]]).toEqual([401, "invalid_key"]);
  expect(bench.sandbox.requests()).toEqual([]);
  expect((await bench.audit())[0]).toMatchObject({ tenant: null, keyId: null, decision: "refused" });
});
