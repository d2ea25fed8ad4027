import { withVaultKey } from "@keybrake/next";
import type { NextRequest } from "next/server";

export const POST = withVaultKey(
  async (_request: NextRequest, context: RouteContext<"/users/[id]/charge">) => {
    const { id } = await context.params;
    // @ts-expect-error: the route has no such parameter, and the build knows
    const { order } = await context.params;
    return { label: `user ${id} order ${order}`, vendor: "stripe", uncapped: true };
  },
  async (_request, key, context) => {
    const { id } = await context.params;
    // @ts-expect-error: the handler's context is typed without an annotation of its own
    const { order } = await context.params;
    return Response.json({ id, order: order ?? null, label: key.label });
  },
);
