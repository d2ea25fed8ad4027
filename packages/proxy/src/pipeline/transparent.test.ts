import { describe, expect, it } from "vitest";
import { startForTest } from "../../test-support/start-for-test.ts";
import { startVendor } from "../../test-support/start-vendor.ts";

const FORM = "application/x-www-form-urlencoded";

/** Calls whose amount Keybrake can't read, and that the vendor has to judge by itself. */
const UNREADABLE: [name: string, path: string, type: string, body: string][] = [
  ["no amount", "/v1/charges", FORM, "currency=usd"],
  ["a negative amount", "/v1/charges", FORM, "amount=-1&currency=usd"],
  ["an amount with decimals", "/v1/charges", FORM, "amount=20.00&currency=usd"],
  ["an amount given twice", "/v1/charges", FORM, "amount=1&amount=2&currency=usd"],
  ["a currency that isn't one", "/v1/charges", FORM, "amount=1&currency=dollars"],
  ["another content type", "/v1/charges", "text/plain", "amount=1"],
  ["JSON with a repeated name", "/v1/charges", "application/json", '{"amount":1,"amount":2}'],
  ["an amount in the query", "/v1/charges?amount=1", FORM, "currency=usd"],
  ["a refund of an unknown charge", "/v1/refunds", FORM, "charge=ch_unknown"],
];

async function send(policy: object, path: string, type: string, body: string) {
  const vendor = await startVendor((_call, response) => {
    response.writeHead(400, { "content-type": "application/json" }).end('{"error":{"code":"by_the_vendor"}}');
  });
  const bench = await startForTest({ stripe: { upstream: vendor.url } });
  const key = await bench.issue(policy);
  const answer = await bench.send("POST", `/stripe${path}`, {
    headers: { authorization: `Bearer ${key.token}`, "content-type": type },
    body,
  });
  return { answer, calls: vendor.calls, spend: await bench.spend(key) };
}

describe("a key without any limit", () => {
  it.each(UNREADABLE)("lets the vendor judge %s", async (_name, path, type, body) => {
    const { answer, calls, spend } = await send({}, path, type, body);
    expect(answer.status).toBe(400);
    expect(answer.json).toEqual({ error: { code: "by_the_vendor" } });
    expect(calls.map((call) => [call.method, call.path, call.body])).toEqual([["POST", path, body]]);
    expect(spend).toMatchObject({ total_usd: 0, held_usd: 0, remaining_usd: null });
  });
});

describe("a key with a limit", () => {
  it.each([
    { daily_usd_cap: 1000 },
    { total_usd_cap: 1000 },
    { max_usd_per_call: 1000 },
    { budgets: ["user:42"] },
    { allowed_endpoints: [{ endpoint: "POST /v1/charges", max_usd_per_call: 1000 }] },
  ])("such as %j forwards no amount that can't be read", async (policy) => {
    const { answer, calls } = await send(policy, "/v1/charges", FORM, "amount=1&amount=2&currency=usd");
    expect(answer.headers["x-keybrake-code"]).toBe("unreadable_amount");
    expect(calls).toEqual([]);
  });
});

it("forwards nothing unread if the key gets its first limit meanwhile", async () => {
  let change = async (): Promise<void> => {};
  const bench = await startForTest({
    wrapStore: (store) => ({
      ...store,
      async findKey(tokenHash) {
        const key = await store.findKey(tokenHash);
        const changeNow = change;
        change = async () => {};
        await changeNow();
        return key;
      },
    }),
  });
  const key = await bench.issue();
  change = async () => {
    await bench.control("PATCH", `/v1/keys/${key.id}`, { daily_usd_cap: 100, max_usd_per_call: 50 });
  };
  const first = await bench.post(key, "/v1/charges", { amount: "-1", currency: "usd" });
  expect(first.json).toMatchObject({
    code: "unreadable_amount",
    message: expect.stringContaining("Retry the call"),
  });
  expect(bench.sandbox.requests()).toEqual([]);
  expect(await bench.spend(key)).toMatchObject({ held_usd: 0, remaining_usd: 100 });
});
