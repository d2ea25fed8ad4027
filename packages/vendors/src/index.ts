/**
 * What calls to vendors cost: the built-in vendors, and how to define another.
 *
 * @module
 */
export { toJson, type VendorAnswer } from "./answer.ts";
export { BUILT_IN } from "./catalogue/catalogue.ts";
export { PRODUCTS } from "./catalogue/twilio/hosts.ts";
export { createExchange, type Exchange } from "./currency.ts";
export { type DeclaredRoute, declareRoute } from "./declared-route.ts";
export {
  defineVendor,
  type LookUpBody,
  type PricedCall,
  type Pricer,
  type RouteDefinition,
  type Vendor,
  type VendorDefinition,
} from "./define-vendor.ts";
export { createPriceBook, type PriceBook } from "./price-book.ts";
export {
  type AmountQuote,
  type Cost,
  FREE,
  type Quote,
  type SecretCall,
  type TrueUp,
  UNPRICED,
} from "./quote.ts";
export { type FormFields, parseForm } from "./reading/form-body.ts";
export { decodeUtf8, JsonNumber, type JsonValue, parseJson, readPointer } from "./reading/json-body.ts";
export { jsonToForm } from "./reading/json-to-form.ts";
export { RepeatedName, Unreadable } from "./reading/unreadable.ts";
export type { VendorSettings } from "./vendor-settings.ts";
export { VendorSettingsError } from "./vendor-settings-error.ts";
