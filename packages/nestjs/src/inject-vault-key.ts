import { createParamDecorator } from "@nestjs/common";
import { getVaultKey } from "./vault-key-service.ts";

const inject = createParamDecorator((vendor: string | undefined) => getVaultKey(vendor));

/**
 * A parameter of a handler under `@UseVaultKey`: its vault key. Without one the handler does not run.
 *
 * @param vendor whose key; default: the nearest, whatever its vendor
 * @example
 * @Post("charge")
 * @UseVaultKey({ label: "billing", vendor: "stripe", dailyUsdCap: 500 })
 * charge(@InjectVaultKey() key: VaultKey) {
 *   return new Stripe(key.token, stripeOptions(key, Stripe)).paymentIntents.create({ amount: 2000, currency: "usd" });
 * }
 */
export function InjectVaultKey(vendor?: string): ParameterDecorator {
  return vendor === undefined ? inject() : inject(vendor);
}
