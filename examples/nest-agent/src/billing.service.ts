import { stripeOptions } from "@keybrake/core/stripe";
import { VaultKeyService } from "@keybrake/nestjs";
import { Inject, Injectable } from "@nestjs/common";
import Stripe from "stripe";

/** The only place that knows Stripe. Nobody hands it a key: it asks for that of the call it is in. */
@Injectable()
export class BillingService {
  constructor(@Inject(VaultKeyService) private readonly vaultKeys: VaultKeyService) {}

  /** @returns the id of the payment */
  async charge(customer: string, amountCents: number): Promise<string> {
    const key = this.vaultKeys.get("stripe");
    const stripe = new Stripe(key.token, stripeOptions(key, Stripe));
    const intent = await stripe.paymentIntents.create({
      amount: amountCents,
      currency: "usd",
      metadata: { customer },
    });
    return intent.id;
  }
}
