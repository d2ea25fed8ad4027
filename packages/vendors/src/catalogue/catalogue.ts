import type { VendorDefinition } from "../define-vendor.ts";
import type { VendorSettings } from "../vendor-settings.ts";
import { createResend } from "./resend/resend.ts";
import { createShopify } from "./shopify/shopify.ts";
import { stripe } from "./stripe/stripe.ts";
import { createTwilio } from "./twilio/twilio.ts";

/** The vendors whose money Keybrake knows. */
export const BUILT_IN: Readonly<Record<string, (settings: VendorSettings) => VendorDefinition>> = {
  stripe: () => stripe,
  twilio: createTwilio,
  resend: createResend,
  shopify: createShopify,
};
