import type { VaultKey } from "@keybrake/core";
import { stripeOptions } from "@keybrake/core/stripe";
import Stripe from "stripe";
import { z } from "zod";

/** What to charge whom. */
export const chargeSchema = z.object({
  customer: z.string().min(1).max(100),
  amountCents: z.coerce.number().int().positive(),
});

/** Charges with the key of one request, one action, or one run: the app has no other. */
export async function charge(
  key: VaultKey,
  { customer, amountCents }: z.infer<typeof chargeSchema>,
): Promise<{ id: string; customer: string; amountCents: number }> {
  const stripe = new Stripe(key.token, stripeOptions(key, Stripe));
  const { id } = await stripe.paymentIntents.create({
    amount: amountCents,
    currency: "usd",
    metadata: { customer },
  });
  return { id, customer, amountCents };
}
