import { expect, it } from "vitest";
import { startForTest } from "../../test-support/start-for-test.ts";
import { startVendor } from "../../test-support/start-vendor.ts";

it("shares a reservation among the tries of a call that has no body", async () => {
  const replay = { header: "X-Replayed", value: "yes" };
  const vendor = await startVendor((_call, response) =>
    response.writeHead(200, vendor.calls.length === 1 ? {} : { [replay.header]: replay.value }).end(),
  );
  const acme = {
    upstream: vendor.url,
    credential: "acme-secret-canary",
    auth: { header: "Authorization", value: "Token {{secret}}" },
    idempotency_header: "Idempotency-Key",
    replay_header: replay,
    routes: [{ match: "POST /v1/orders", per_call_usd: 20 }],
  };
  const bench = await startForTest({ config: { vendors: { acme } } });
  const key = await bench.issue({ vendor: "acme", total_usd_cap: 20 });
  const headers = { authorization: `Bearer ${key.token}`, "idempotency-key": "one" };
  for (let round = 0; round < 3; round++) {
    expect((await bench.send("POST", "/acme/v1/orders", { headers })).status).toBe(200);
  }
  expect(await bench.spend(key)).toMatchObject({ total_usd: 20, held_usd: 0 });
});

it("refuses a call whose object the vendor fails to show, even where max_usd_per_call would bound it", async () => {
  const bench = await startForTest();
  const key = await bench.issue({ total_usd_cap: 100, max_usd_per_call: 15 });
  const paid = (await bench.charge(key, 1000)).json as { id: string };
  for (const fault of [{ kind: "status", status: 500 }, { kind: "broken_json" }] as const) {
    bench.sandbox.fail({ ...fault, match: { method: "GET" } });
    const refused = await bench.post(key, "/v1/refunds", { charge: paid.id, amount: 1000 });
    expect(refused.headers["x-keybrake-code"]).toBe("upstream_unreachable");
  }
  expect(bench.grossUsdMinor()).toBe(1000);
  expect(await bench.spend(key)).toMatchObject({ total_usd: 10, held_usd: 0 });
});
