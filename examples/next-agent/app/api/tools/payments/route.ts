import { withVaultKey } from "@keybrake/next";
import { getUser } from "../../../../lib/session.ts";

/** A tool that only reads. Where Next runs a GET route at build time too, with Cache Components, no key is issued. */
export const GET = withVaultKey(
  async () => ({
    label: `payments/${await getUser()}`,
    vendor: "stripe",
    allowedEndpoints: ["GET /v1/payment_intents"],
    totalUsdCap: 0,
    expiresIn: "1m",
  }),
  async (_request, key) => {
    const response = await key.fetch("/v1/payment_intents?limit=10");
    if (!response.ok) return Response.json({ error: "vendor_error" }, { status: 502 });
    const { data } = (await response.json()) as { data: { id: string; amount: number }[] };
    return Response.json(data.map(({ id, amount }) => ({ id, amountCents: amount })));
  },
);
