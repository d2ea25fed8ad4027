import { describe, expect, it } from "vitest";
import { lawCases } from "../stores/cases/law.ts";
import { createMemoryStore } from "../stores/memory.ts";
import { startForTest } from "../testing/start-for-test.ts";
import { startVendor } from "../testing/start-vendor.ts";

describe("what the law has found in the ledger stays closed", () => {
  for (const { name, run } of lawCases) it(name, () => run(createMemoryStore));
});

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
