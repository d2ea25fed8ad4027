import { type IssuePolicy, isCapExhausted, type VaultKey } from "@keybrake/core";
import { Hono } from "hono";
import { streamText } from "hono/streaming";
import { withKey } from "./with-key.ts";

interface Charge {
  customer: string;
  amountCents: number;
}

/** The tools that agents call. They hold no Stripe key, and don't know which runtime they are in. */
export const app = new Hono();

app.post(
  "/tools/charge",
  withKey(policyOf, async (context, key) => {
    return context.json(await createCharge(key, await context.req.json<Charge>()));
  }),
);

/** One line for each customer, as soon as it is charged. The key lives until the last line was sent. */
app.post(
  "/tools/charge-each",
  withKey(policyOf, async (context, key) => {
    const charges = await context.req.json<Charge[]>();
    return streamText(context, async (lines) => {
      for (const charge of charges) {
        const line = await createCharge(key, charge).catch(toLastLine);
        await lines.writeln(JSON.stringify(line));
        if ("error" in line) return;
      }
    });
  }),
);

/** A key for one minute, under the daily budget of the user that the agent works for. */
function policyOf(request: Request): IssuePolicy {
  const user = request.headers.get("x-user-id") ?? "unknown";
  return {
    label: `hono-agent/${user}`,
    vendor: "stripe",
    allowedEndpoints: ["POST /v1/payment_intents"],
    budgets: [`user:${user}`],
    expiresIn: "1m",
  };
}

async function createCharge(key: VaultKey, { customer, amountCents }: Charge): Promise<object> {
  const answer = await key.fetch("/v1/payment_intents", {
    method: "POST",
    body: new URLSearchParams({
      amount: String(amountCents),
      currency: "usd",
      "metadata[customer]": customer,
    }),
  });
  if (!answer.ok) throw new Error(`Stripe answered ${answer.status}`);
  const { id } = (await answer.json()) as { id: string };
  return { customer, amountCents, id };
}

/** A stream has said 200 long before it meets the cap, so its last line says it. */
function toLastLine(error: unknown): object {
  if (isCapExhausted(error)) return { error: "spend_cap_exceeded" };
  throw error;
}
