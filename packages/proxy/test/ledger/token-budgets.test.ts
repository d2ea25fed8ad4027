import { createKeybrake } from "@keybrake/core";
import { expect, it } from "vitest";
import { KEYBRAKE_TOKEN, startForTest, type TestBench } from "../../test-support/start-for-test.ts";

const ISSUER = "kb_issuer_token_with_its_own_budget";

/** A proxy with an admin token, and one that may issue keys on its budgets alone. */
function startWithIssuer(budgets: object[] | string[]): Promise<TestBench> {
  return startForTest({
    config: {
      tokens: [
        { name: "admin", token: KEYBRAKE_TOKEN },
        { name: "agents", role: "issue", token: ISSUER, budgets: budgets as string[] },
      ],
    },
  });
}

const DAILY = [{ name: "agents", daily_usd_cap: 50 }];

it("bounds all keys that a token issues by the token's own budget", async () => {
  const bench = await startWithIssuer(DAILY);
  const codes = await Promise.all(
    Array.from({ length: 10 }, async (_, index) => {
      const key = await bench.issue({ label: `run/${index}`, daily_usd_cap: 1_000_000 }, ISSUER);
      return (await bench.charge(key)).status;
    }),
  );
  expect(codes.sort()).toEqual([200, 200, ...Array(8).fill(429)]);
  expect(bench.grossUsdMinor()).toBe(4000);
  // Another token's keys are not on that budget.
  expect((await bench.charge(await bench.issue())).status).toBe(200);
});

it("adds the budgets beside those of the policy, and keeps the lower cap of one that both state", async () => {
  const bench = await startWithIssuer(DAILY);
  const policy = { budgets: ["user:42", { name: "agents", daily_usd_cap: 500, total_usd_cap: 30 }] };
  const key = await bench.issue(policy, ISSUER);
  expect(key).toMatchObject({
    budgets: ["agents", "user:42"],
    budget_caps: [{ name: "agents", daily_usd_cap: 50, total_usd_cap: 30 }],
  });
  const child = await bench.issue({ parent: "self" }, key.token);
  expect(child).toMatchObject({ budgets: ["agents", "user:42"] });
  expect((await bench.charge(child)).status).toBe(200);
  expect((await bench.charge(child)).status).toBe(429);
});

it("counts a key as capped if its token's budget has a cap", async () => {
  const capped = await startWithIssuer(DAILY);
  expect(await capped.issue({}, ISSUER)).toMatchObject({ warnings: [] });
  const open = await startWithIssuer(["agents"]);
  expect(await open.issue({}, ISSUER)).toMatchObject({
    warnings: [{ code: "uncapped" }, { code: "new_budget" }],
  });
});

it("validates against the token's budget", async () => {
  const bench = await startWithIssuer(DAILY);
  const client = createKeybrake({ token: ISSUER, apiUrl: bench.url });
  expect(await client.validate({ vendor: "stripe", usd: 51 })).toMatchObject({
    allowed: false,
    code: "cap_exhausted",
  });
  expect(await client.validate({ vendor: "stripe", usd: 50 })).toMatchObject({ allowed: true });
});

it("refuses a configuration whose token names a budget twice", async () => {
  await expect(startWithIssuer(["agents", "agents"])).rejects.toThrow("must not name a budget twice");
});

it("lets no token but an admin's issue a shadow key", async () => {
  const bench = await startWithIssuer(DAILY);
  const issue = (token: string) =>
    bench.control(
      "POST",
      "/v1/keys",
      { label: "dry-run", vendor: "stripe", shadow: true },
      { authorization: `Bearer ${token}` },
    );
  expect((await issue(ISSUER)).headers["x-keybrake-code"]).toBe("insufficient_role");
  expect((await issue(KEYBRAKE_TOKEN)).status).toBe(201);
});
