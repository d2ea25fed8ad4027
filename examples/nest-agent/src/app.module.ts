import { KeybrakeModule } from "@keybrake/nestjs";
import { Module } from "@nestjs/common";
import { BillingService } from "./billing.service.ts";
import { OrdersController } from "./orders.controller.ts";
import { OrdersService } from "./orders.service.ts";

/** The shop. It reads KEYBRAKE_TOKEN, KEYBRAKE_API_URL and KEYBRAKE_PROXY_URL, and knows no key of Stripe. */
@Module({
  imports: [KeybrakeModule.forRoot({})],
  controllers: [OrdersController],
  providers: [OrdersService, BillingService],
})
export class AppModule {}
