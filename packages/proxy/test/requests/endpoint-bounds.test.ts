import { createKeybrake } from "@keybrake/core";
import { describe, expect, it } from "vitest";
import { KEYBRAKE_TOKEN, startForTest, type TestBench } from "../../test-support/start-for-test.ts";

const CHARGES = "POST /v1/charges";
const bound = (endpoint: string, usd: number): object => ({ endpoint, max_usd_per_call: usd });

/** The code, or the cost, of a charge of 20 USD. */
async function charge20(bench: TestBench, policy: object): Promise<unknown> {
  const { headers } = await bench.charge(await bench.issue({ daily_usd_cap: 100, ...policy }), 2000);
  return headers["x-keybrake-code"] ?? headers["keybrake-cost-usd"];
}

describe("a bound of an endpoint", () => {
  it.each<[string, object, string]>([
    ["is the most that one call may reserve", { allowed_endpoints: [bound(CHARGES, 20)] }, "20.00"],
    ["refuses a call above it", { allowed_endpoints: [bound(CHARGES, 19.99)] }, "cap_exhausted"],
    ["of 0 refuses every spending call", { allowed_endpoints: [bound(CHARGES, 0)] }, "cap_exhausted"],
    [
      "holds in place of the key's, above it",
      { allowed_endpoints: [bound(CHARGES, 20)], max_usd_per_call: 5 },
      "20.00",
    ],
    [
      "holds in place of the key's, below it",
      { allowed_endpoints: [bound(CHARGES, 5)], max_usd_per_call: 50 },
      "cap_exhausted",
    ],
    [
      "leaves other endpoints to the key's",
      { allowed_endpoints: [CHARGES, bound("POST /v1/refunds", 50)], max_usd_per_call: 5 },
      "cap_exhausted",
    ],
    [
      "is the lowest of those that match",
      { allowed_endpoints: [bound("/v1/*", 50), bound(CHARGES, 5), bound("/v1/charges", 30)] },
      "cap_exhausted",
    ],
    [
      "holds beside an entry without one",
      { allowed_endpoints: ["/v1/*", bound(CHARGES, 5)], max_usd_per_call: 50 },
      "cap_exhausted",
    ],
    [
      "allows what a plain entry allows",
      { allowed_endpoints: [bound("GET /v1/*", 5)] },
      "endpoint_not_allowed",
    ],
  ])("%s", async (_name, policy, expected) => {
    expect(await charge20(await startForTest(), policy)).toBe(expected);
  });

  it("is what a call without a known price reserves", async () => {
    const bench = await startForTest();
    const close = "/v1/disputes/*/close";
    const key = await bench.issue({
      daily_usd_cap: 100,
      allowed_endpoints: [bound(`POST ${close}`, 7), "/v1/*"],
    });
    const answer = await bench.post(key, "/v1/disputes/dp_1/close", {});
    expect(answer.headers).not.toHaveProperty("x-keybrake-code");
    const other = await bench.post(key, "/v1/quotes/qt_1/accept", {});
    expect(other.headers["x-keybrake-code"]).toBe("unpriced_endpoint");
    expect((await bench.audit())[0]).toMatchObject({ reservedMicroUsd: 7_000_000 });
  });

  it("is named by the refusal, with the smallest bound that would do", async () => {
    const bench = await startForTest();
    const key = await bench.issue({ daily_usd_cap: 100, allowed_endpoints: [bound(CHARGES, 5)] });
    const { json } = await bench.charge(key, 2000);
    expect(json).toMatchObject({
      details: { limit: "key:per_call", cap_usd: "5.00", requested_usd: "20.00" },
      message: expect.stringContaining(
        "Issue a key whose entry for POST /v1/charges has a max_usd_per_call of at least 20.00",
      ),
    });
  });

  it("stands in answers beside the list of patterns that released clients read", async () => {
    const bench = await startForTest();
    const key = await bench.issue({ allowed_endpoints: ["GET /v1/*", bound(CHARGES, 5)] });
    const shown = (await bench.control("GET", `/v1/keys/${key.id}`)).json;
    for (const answer of [key, shown]) {
      expect(answer).toMatchObject({
        allowed_endpoints: ["GET /v1/*", CHARGES],
        endpoint_bounds: [{ endpoint: CHARGES, max_usd_per_call: 5 }],
      });
    }
    expect(await bench.issue({ allowed_endpoints: [CHARGES] })).not.toHaveProperty("endpoint_bounds");
  });

  it.each<[object, string]>([
    [bound("/v1/pay*", 5), "allowed_endpoints.0.endpoint"],
    [bound(CHARGES, -1), "allowed_endpoints.0.max_usd_per_call"],
    [{ endpoint: CHARGES }, "allowed_endpoints.0.max_usd_per_call"],
    [{ ...bound(CHARGES, 1), cap: 5 }, "allowed_endpoints.0.cap"],
  ])("is checked: %j", async (entry, path) => {
    const bench = await startForTest();
    const policy = { label: "a", vendor: "stripe", allowed_endpoints: [entry] };
    const answer = await bench.control("POST", "/v1/keys", policy);
    expect([answer.status, answer.json]).toMatchObject([422, { issues: [{ path }] }]);
  });

  it("can be stated by the SDK", async () => {
    const bench = await startForTest();
    const client = createKeybrake({ token: KEYBRAKE_TOKEN, apiUrl: bench.url });
    const allowedEndpoints = ["GET /v1/*", { endpoint: CHARGES, maxUsdPerCall: 5 }];
    const key = await client.issue({ label: "a", vendor: "stripe", dailyUsdCap: 50, allowedEndpoints });
    expect(await client.getKey(key.id)).toMatchObject({
      allowedEndpoints: ["GET /v1/*", CHARGES],
      endpointBounds: [{ endpoint: CHARGES, maxUsdPerCall: 5 }],
    });
  });

  it("refuses nothing to a shadow key, and is noted", async () => {
    const bench = await startForTest();
    expect(await charge20(bench, { shadow: true, allowed_endpoints: [bound(CHARGES, 5)] })).toBe("20.00");
    expect(await bench.audit()).toMatchObject([{ wouldRefuse: "cap_exhausted" }]);
  });
});

it("can be lowered by PATCH with an issuer's rights, from the next call on", async () => {
  const bench = await startForTest();
  const key = await bench.issue({ daily_usd_cap: 100, allowed_endpoints: [bound(CHARGES, 20)] });
  const changed = await bench.control("PATCH", `/v1/keys/${key.id}`, {
    allowed_endpoints: [bound(CHARGES, 10)],
  });
  expect(changed.json).toMatchObject({
    allowed_endpoints: [CHARGES],
    endpoint_bounds: [{ endpoint: CHARGES, max_usd_per_call: 10 }],
  });
  expect((await bench.charge(key, 2000)).headers["x-keybrake-code"]).toBe("cap_exhausted");
});

describe("a bound above a carved key", () => {
  const carve = async (bench: TestBench, parent: object, child: object): Promise<unknown> => {
    const { token } = await bench.issue({ daily_usd_cap: 100, ...parent });
    const policy = { total_usd_cap: 50, parent: "self", ...child };
    const { headers } = await bench.charge(await bench.issue(policy, token), 2000);
    return headers["x-keybrake-code"] ?? headers["keybrake-cost-usd"];
  };

  it.each<[string, object, object, string]>([
    ["binds a child without a list", { allowed_endpoints: [bound(CHARGES, 5)] }, {}, "cap_exhausted"],
    [
      "binds a child with a higher one",
      { allowed_endpoints: [bound(CHARGES, 5)] },
      { allowed_endpoints: [bound(CHARGES, 50)] },
      "cap_exhausted",
    ],
    [
      "binds a child with a higher bound for every call",
      { allowed_endpoints: [bound(CHARGES, 5)] },
      { max_usd_per_call: 50 },
      "cap_exhausted",
    ],
    [
      "for every call binds a child that states one for the endpoint",
      { max_usd_per_call: 5 },
      { allowed_endpoints: [bound(CHARGES, 50)] },
      "cap_exhausted",
    ],
    [
      "gives way to the child's lower one",
      { allowed_endpoints: [bound(CHARGES, 50)] },
      { allowed_endpoints: [bound(CHARGES, 5)] },
      "cap_exhausted",
    ],
    [
      "above its bound for every call holds for a child, too",
      { max_usd_per_call: 5, allowed_endpoints: ["GET /v1/*", bound(CHARGES, 20)] },
      {},
      "20.00",
    ],
    [
      "lets pass what both allow",
      { allowed_endpoints: [bound(CHARGES, 50)] },
      { allowed_endpoints: [bound("/v1/*", 20)] },
      "20.00",
    ],
  ])("%s", async (_name, parent, child, expected) => {
    expect(await carve(await startForTest(), parent, child)).toBe(expected);
  });
});
