import { Inject, Injectable } from "@nestjs/common";
import { BillingService } from "./billing.service.ts";

/** What an agent may order for a customer. */
export interface Order {
  customer: string;
  amountCents: number;
}

/** An order that was paid. */
export interface PaidOrder extends Order {
  payment: string;
}

/** The work of the shop, between the controller and the billing. It has never heard of vault keys. */
@Injectable()
export class OrdersService {
  constructor(@Inject(BillingService) private readonly billing: BillingService) {}

  async place({ customer, amountCents }: Order): Promise<PaidOrder> {
    return { customer, amountCents, payment: await this.billing.charge(customer, amountCents) };
  }
}
