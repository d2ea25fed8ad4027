import type { Keybrake } from "@keybrake/core";
import { stripeOptions } from "@keybrake/core/stripe";
import { keybrakeErrorHandler, vaultKey } from "@keybrake/express";
import express, { type Express, type Request } from "express";
import Stripe from "stripe";

/** The daily budget of each user in US dollars, shared by all of the user's agents. */
export const DAILY_BUDGETS_USD = { alice: 500, bob: 100 };

interface ChargeRequest {
  customer: string;
  amountCents: number;
}

/** Creates the tools that agents call. It has no Stripe key: every request gets its own vault key. */
export function createApp(client: Keybrake): Express {
  const app = express();
  app.use(express.json());

  const chargeKey = vaultKey(
    (req) => ({
      label: `billing-agent/${readHeader(req, "x-user-id")}/${readHeader(req, "x-agent-run-id")}`,
      vendor: "stripe",
      allowedEndpoints: ["POST /v1/payment_intents"],
      budgets: [`user:${readHeader(req, "x-user-id")}`],
      expiresIn: "1m",
    }),
    { client },
  );

  app.post("/tools/charge", chargeKey, async (req, res) => {
    const { customer, amountCents }: ChargeRequest = req.body;
    const stripe = new Stripe(req.vaultKey.token, stripeOptions(req.vaultKey, Stripe));
    const intent = await stripe.paymentIntents.create({
      amount: amountCents,
      currency: "usd",
      metadata: { customer, run: readHeader(req, "x-agent-run-id") },
    });
    res.json({ id: intent.id, amountCents: intent.amount });
  });

  app.post("/tools/charge-with-fetch", chargeKey, async (req, res) => {
    const { customer, amountCents }: ChargeRequest = req.body;
    const response = await req.vaultKey.fetch("/v1/payment_intents", {
      method: "POST",
      body: new URLSearchParams({
        amount: String(amountCents),
        currency: "usd",
        "metadata[customer]": customer,
        "metadata[run]": readHeader(req, "x-agent-run-id"),
      }),
    });
    const intent = (await response.json()) as { id: string; amount: number };
    res.status(response.status).json({ id: intent.id, amountCents: intent.amount });
  });

  app.use(keybrakeErrorHandler());
  return app;
}

/** Sets the budgets once, from your backend. The agents can't change them. */
export async function setBudgets(client: Keybrake): Promise<void> {
  for (const [user, dailyUsdCap] of Object.entries(DAILY_BUDGETS_USD)) {
    await client.setBudget(`user:${user}`, { dailyUsdCap });
  }
}

function readHeader(req: Request, name: string): string {
  return req.get(name) ?? "unknown";
}
