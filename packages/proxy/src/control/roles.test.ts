import { expect, it } from "vitest";
import { expectRefusal } from "../../test-support/expect-refusal.ts";
import { KEYBRAKE_TOKEN, startForTest } from "../../test-support/start-for-test.ts";

const ROLES = ["read", "issue", "admin"] as const;
const POLICY = { label: "agent", vendor: "stripe", daily_usd_cap: 20 };

/** A route, a body, and the lowest role that it answers. `KEY` stands for the id of a key. */
const routes: [needed: (typeof ROLES)[number], method: string, path: string, body?: object][] = [
  ["read", "GET", "/v1/keys"],
  ["read", "GET", "/v1/keys/KEY"],
  ["read", "GET", "/v1/budgets"],
  ["read", "GET", "/v1/audit"],
  ["read", "GET", "/v1/freezes"],
  ["issue", "POST", "/v1/validate", { vendor: "stripe" }],
  ["issue", "POST", "/v1/keys", POLICY],
  ["issue", "POST", "/vault/keys", { agent_run_label: "run", vendor: "stripe" }],
  ["issue", "POST", "/v1/keys/KEY/extend", { expires_in: "5m" }],
  ["issue", "PATCH", "/v1/keys/KEY", { daily_usd_cap: 10 }],
  ["issue", "PATCH", "/v1/keys/KEY", { frozen: true }],
  ["admin", "PATCH", "/v1/keys/KEY", { daily_usd_cap: 30 }],
  ["admin", "PATCH", "/v1/keys/KEY", { daily_usd_cap: null }],
  ["issue", "POST", "/v1/freezes", { label_prefix: "nobody" }],
  ["admin", "DELETE", "/v1/freezes/frz_nobody"],
  ["issue", "PUT", "/v1/budgets/b", { frozen: true }],
  ["admin", "PUT", "/v1/budgets/b", { frozen: false }],
  ["admin", "PUT", "/v1/budgets/b", { frozen: true, daily_usd_cap: 5 }],
  ["admin", "PUT", "/v1/budgets/b", {}],
  ["admin", "POST", "/v1/audit/aud_nobody/reconcile", { cost_usd: 1 }],
  ["issue", "POST", "/v1/keys/revoke", { label_prefix: "agent" }],
  ["issue", "DELETE", "/v1/keys/KEY"],
];

it.each(routes)("needs the role %s for %s %s %o", async (needed, method, path, body) => {
  const bench = await startForTest({
    config: {
      tokens: [
        ...ROLES.map((role) => ({ name: role, tenant: "acme", role, token: `kb_${role}_token` })),
        { name: "without a role", tenant: "acme", token: KEYBRAKE_TOKEN },
      ],
    },
  });
  for (const role of [...ROLES, "canary"]) {
    const authorization = `Bearer ${role === "canary" ? KEYBRAKE_TOKEN : `kb_${role}_token`}`;
    const { id } = await bench.issue(POLICY);
    const before = (await bench.control("GET", "/v1/keys")).text;
    const answer = await bench.control(method, path.replace("KEY", id), body, { authorization });
    if (role === "canary" || ROLES.indexOf(role as "read") >= ROLES.indexOf(needed)) {
      expect(answer.headers["x-keybrake-code"]).not.toBe("insufficient_role");
      expect([200, 201, ...(path.includes("nobody") ? [404] : [])]).toContain(answer.status);
    } else {
      expectRefusal(answer, "insufficient_role");
      expect((await bench.control("GET", "/v1/keys")).text).toBe(before);
    }
  }
});
