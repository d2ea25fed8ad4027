import { setupKeybrake } from "@keybrake/testing/vitest";
import { NextRequest } from "next/server.js";
import { afterEach, expect, it, vi } from "vitest";
import { withVaultKey, withVaultKeyAction } from "./index.ts";

const keybrake = setupKeybrake();
const policy = { label: "agent/7", vendor: "stripe", uncapped: true } as const;
const request = new NextRequest("http://localhost/users/42");

afterEach(() => vi.unstubAllEnvs());

it("works in a unit test that calls the handler as a plain function", async () => {
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

it.each([
  ["a Route Handler", () => withVaultKey(policy, () => new Response())(request, {})],
  ["a Server Action", () => withVaultKeyAction(policy, async () => "done")()],
])("issues nothing at build time, even for %s that Next does not end there", async (_name, run) => {
  vi.stubEnv("NEXT_PHASE", "phase-production-build");
  await expect(run()).rejects.toThrow(/no vault key during next build/);
  expect(keybrake.issued).toEqual([]);
});
