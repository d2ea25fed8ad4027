import { setupKeybrake } from "@keybrake/testing/vitest";
import { NextRequest } from "next/server.js";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { budgetGate } from "./index.ts";

const keybrake = setupKeybrake();
const request = new NextRequest("http://localhost/api/charge?user=42", { method: "POST" });

beforeEach(() => keybrake.client().setBudget("user:42", { dailyUsdCap: 10 }));
afterEach(() => vi.restoreAllMocks());

describe("budgetGate", () => {
  it("lets a request go on where the budgets have room", async () => {
    const gate = budgetGate({ vendor: "stripe", budgets: ["user:42"], usd: 10 });
    expect(await gate(request)).toBeUndefined();
    expect(keybrake.issued).toEqual([]);
  });

  it("answers 402 where they have none, asking what the request says", async () => {
    const gate = budgetGate(async ({ nextUrl }) => ({
      vendor: "stripe",
      budgets: [`user:${nextUrl.searchParams.get("user")}`],
      usd: 10.01,
    }));
    const answer = await gate(request);
    expect([answer?.status, await answer?.json()]).toEqual([402, { error: "spend_cap_exceeded" }]);
    expect(answer?.headers.get("cache-control")).toBe("no-store");
  });

  it("answers 403 where a budget is frozen", async () => {
    await keybrake.client().setBudget("user:42", { frozen: true });
    const answer = await budgetGate({ vendor: "stripe", budgets: ["user:42"] })(request);
    expect([answer?.status, await answer?.json()]).toEqual([403, { error: "budget_frozen" }]);
  });

  it("answers 503 while Keybrake is down", async () => {
    keybrake.goDown();
    const answer = await budgetGate({ vendor: "stripe" })(request);
    expect([answer?.status, await answer?.json()]).toEqual([503, { error: "vault_key_unavailable" }]);
  });

  it("lets requests go on while Keybrake is down where it was told to, and says so each time", async () => {
    keybrake.goDown();
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    const gate = budgetGate({ vendor: "stripe" }, { failOpen: true });
    expect([await gate(request), await gate(request)]).toEqual([undefined, undefined]);
    expect(warn.mock.calls).toHaveLength(2);
    expect(String(warn.mock.calls[0])).toMatch(/gate is open for \/api\/charge$/);
  });

  it("fails open for nothing but an outage", async () => {
    const gate = budgetGate({ vendor: "stripe", budgets: ["user:42"], usd: 11 }, { failOpen: true });
    expect((await gate(request))?.status).toBe(402);
    keybrake.refuse("invalid_token", { at: "control" });
    expect((await gate(request))?.status).toBe(503);
  });

  it("lets nothing go on where the question throws", async () => {
    const gate = budgetGate(
      () => {
        throw new Error("no such customer");
      },
      { failOpen: true },
    );
    await expect(gate(request)).rejects.toThrow("no such customer");
  });
});
