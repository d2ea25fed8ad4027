import { setupKeybrake } from "@keybrake/testing/vitest";
import { notFound, redirect } from "next/navigation.js";
import { beforeEach, describe, expect, it } from "vitest";
import { withVaultKeyAction } from "./index.ts";

const keybrake = setupKeybrake();
const policy = { label: "agent/7", vendor: "stripe", uncapped: true } as const;

beforeEach(() => {
  keybrake.vendor("stripe", () => Response.json({ id: "pi_1" }));
  keybrake.cost("stripe", 20);
});

describe("withVaultKeyAction", () => {
  it("resolves the policy from the arguments, and resolves with the action's result", async () => {
    const charge = withVaultKeyAction(
      async (user: string, cap: number) => ({ ...policy, label: `user-${user}`, dailyUsdCap: cap }),
      async (key, user, cap) => [key.label, user, cap],
    );
    expect(await charge("42", 5)).toEqual(["user-42", "42", 5]);
    expect(keybrake.issued).toMatchObject([{ label: "user-42", dailyUsdCap: 5 }]);
    expect(keybrake.revoked).toHaveLength(1);
  });

  it("lets no argument of the browser's stand in for the key", async () => {
    const show = withVaultKeyAction(policy, async (key, amount: number) => [key.id, amount]);
    const call = show as (...args: unknown[]) => Promise<unknown>;
    expect(await call(7, { id: "key_forged", token: "forged" })).toEqual([keybrake.issued[0]?.id, 7]);
    expect(await call()).toEqual([keybrake.issued[1]?.id, undefined]);
  });

  it("hands on a refused call as a result", async () => {
    const charge = withVaultKeyAction({ ...policy, dailyUsdCap: 10 }, async (key) => {
      await key.fetch("/v1/charges", { method: "POST" });
      return "charged";
    });
    expect(await charge()).toEqual({ error: "spend_cap_exceeded" });
    expect(keybrake.revoked).toHaveLength(1);
  });

  it("hands on a spent cap as a vendor's SDK raises it", async () => {
    const charge = withVaultKeyAction(policy, async () => {
      throw Object.assign(new Error("spent"), { type: "StripeRateLimitError", code: "cap_exhausted" });
    });
    expect(await charge()).toEqual({ error: "spend_cap_exceeded" });
  });

  it("never runs the action without a key", async () => {
    keybrake.goDown();
    let entered = 0;
    const charge = withVaultKeyAction(policy, async () => {
      entered += 1;
    });
    expect(await charge()).toEqual({ error: "vault_key_unavailable" });
    expect(entered).toBe(0);
  });

  it.each([
    ["redirect()", () => redirect("/done")],
    ["notFound()", () => notFound()],
    [
      "an error",
      () => {
        throw new Error("a bug");
      },
    ],
  ])("throws %s of the action as it is, with the key revoked", async (_name, fail) => {
    const thrown = catchError(fail);
    const charge = withVaultKeyAction(policy, async () => fail());
    await expect(charge()).rejects.toEqual(thrown);
    expect(keybrake.revoked).toHaveLength(1);
  });

  it("issues nothing where the policy throws", async () => {
    const signIn = catchError(() => redirect("/sign-in"));
    const charge = withVaultKeyAction(
      () => redirect("/sign-in"),
      async () => "charged",
    );
    await expect(charge()).rejects.toEqual(signIn);
    expect(keybrake.issued).toEqual([]);
  });

  it("tells onRevokeError, and keeps the result", async () => {
    const failed: string[] = [];
    const charge = withVaultKeyAction(
      policy,
      async () => {
        keybrake.goDown();
        return "charged";
      },
      { onRevokeError: (_error, key) => failed.push(key.id) },
    );
    expect(await charge()).toBe("charged");
    expect(failed).toEqual([keybrake.issued[0]?.id]);
  });
});

function catchError(fail: () => unknown): unknown {
  try {
    fail();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}
