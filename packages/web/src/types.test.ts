import type { VaultKey } from "@keybrake/core";
import { expectTypeOf, it } from "vitest";
import { withVaultKey } from "./index.ts";

class FrameworkRequest extends Request {
  readonly user: string = "alice";
}

interface Context {
  params: Promise<{ id: string }>;
}

const policy = { label: "agent/7", vendor: "stripe", uncapped: true } as const;

it("keeps the types of what the framework calls with", () => {
  type Route = (request: FrameworkRequest, context: Context) => Promise<Response>;
  const byHandler = withVaultKey(
    async (request, context) => ({ ...policy, label: `${request.user}/${(await context.params).id}` }),
    async (_request: FrameworkRequest, _key: VaultKey, context: Context) =>
      Response.json(await context.params),
  );
  expectTypeOf(byHandler).toEqualTypeOf<Route>();

  const byHandlerAlone = withVaultKey(
    policy,
    (_request: FrameworkRequest, _key, _context: Context) => new Response(),
  );
  expectTypeOf(byHandlerAlone).toEqualTypeOf<Route>();

  const byPolicy = withVaultKey(
    async (_request: FrameworkRequest, context: Context) => ({ ...policy, label: (await context.params).id }),
    (request, key) => new Response(`${request.user} ${key.id}`),
  );
  expectTypeOf(byPolicy).toEqualTypeOf<Route>();
});

it("fits hosts that call with more than the handler takes", () => {
  const fetch = withVaultKey(
    (request) => ({ ...policy, label: request.url }),
    (request, key) => new Response(`${request.url} ${key.id}`),
  );
  expectTypeOf(fetch).toExtend<(request: Request, env: object, context: object) => Promise<Response>>();
});
