import { isCapExhausted, type VaultKey } from "@keybrake/core";
import { InjectVaultKey, UseVaultKey, VaultKeyService } from "@keybrake/nestjs";
import { Body, Controller, Header, Inject, Post, UseGuards } from "@nestjs/common";
import { type Order, OrdersService, type PaidOrder } from "./orders.service.ts";
import { UserGuard, type UserRequest } from "./user.guard.ts";

/** The tools that agents call. Every request gets a vault key of its own, under the daily budget of its user. */
@Controller("orders")
@UseGuards(UserGuard)
@UseVaultKey((context) => {
  const { user } = context.switchToHttp().getRequest<UserRequest>();
  return {
    label: `shop-agent/${user}`,
    vendor: "stripe",
    allowedEndpoints: ["POST /v1/payment_intents"],
    budgets: [`user:${user}`],
    expiresIn: "1m",
  };
})
export class OrdersController {
  constructor(
    @Inject(OrdersService) private readonly orders: OrdersService,
    @Inject(VaultKeyService) private readonly vaultKeys: VaultKeyService,
  ) {}

  @Post()
  place(@Body() order: Order): Promise<PaidOrder> {
    return this.orders.place(order);
  }

  /** One line for each order, as soon as it is paid; the key lives until the last line. */
  @Post("batch")
  @Header("content-type", "application/x-ndjson")
  async *placeAll(@Body() orders: Order[], @InjectVaultKey() key: VaultKey): AsyncGenerator<string> {
    for (const order of orders) {
      try {
        // Nest reads this generator when the call is over, so it takes the key along.
        yield toLine(await this.vaultKeys.run(key, () => this.orders.place(order)));
      } catch (error) {
        if (!isCapExhausted(error)) throw error;
        yield toLine({ error: "spend_cap_exceeded" });
        return;
      }
    }
  }
}

function toLine(value: object): string {
  return `${JSON.stringify(value)}\n`;
}
