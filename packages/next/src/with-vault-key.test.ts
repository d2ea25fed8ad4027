import { setupKeybrake } from "@keybrake/testing/vitest";
import { NextRequest } from "next/server.js";
import { afterEach, describe, expect, it, vi } from "vitest";
import { withVaultKey } from "./index.ts";

const keybrake = setupKeybrake();
const policy = { label: "agent/7", vendor: "stripe" };
const request = new NextRequest("http://localhost/users/42");

afterEach(() => vi.unstubAllEnvs());

describe("withVaultKey, called as a plain function", () => {
  it("works in a unit test of a handler", async () => {
    const GET = withVaultKey(
      async (_request: NextRequest, context: { params: Promise<{ id: string }> }) => ({
        ...policy,
        label: `user-${(await context.params).id}`,
      }),
      async (_request, key) => Response.json({ label: key.label }),
    );
    const answer = await GET(request, { params: Promise.resolve({ id: "42" }) });
    expect(await answer.json()).toEqual({ label: "user-42" });
    await vi.waitFor(() => expect(keybrake.revoked).toHaveLength(1));
  });

  it("issues nothing at build time, also where the route is forced to be static", async () => {
    vi.stubEnv("NEXT_PHASE", "phase-production-build");
    const GET = withVaultKey(policy, () => new Response());
    await expect(GET(request, {})).rejects.toThrow(/never issued at build time/);
    expect(keybrake.issued).toEqual([]);
  });
});
