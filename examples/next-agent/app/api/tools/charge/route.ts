import { withVaultKey } from "@keybrake/next";
import { charge, chargeSchema } from "../../../../lib/charge.ts";
import { chargePolicy } from "../../../../lib/policies.ts";
import { getUser } from "../../../../lib/session.ts";

/** A tool for agents that run elsewhere: one request, one key. */
export const POST = withVaultKey(
  async (request) => chargePolicy(await getUser(), request.headers.get("x-agent-run-id") ?? "tool"),
  async (request, key) => {
    const { data, error } = chargeSchema.safeParse(await request.json());
    if (error) return Response.json({ error: "invalid_input" }, { status: 400 });
    return Response.json(await charge(key, data));
  },
);
