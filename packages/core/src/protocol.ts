/**
 * The wire format of Keybrake: every shape of the contract once, as zod schemas, with the arithmetic of its
 * money. The proxy, the mocked API and the client all read it from here.
 *
 * @module
 */
export * from "./protocol/audit.ts";
export * from "./protocol/budget.ts";
export * from "./protocol/duration.ts";
export * from "./protocol/endpoint-matcher.ts";
export * from "./protocol/endpoint-pattern.ts";
export * from "./protocol/error.ts";
export * from "./protocol/error-code.ts";
export { budgetName } from "./protocol/fields.ts";
export * from "./protocol/freeze.ts";
export * from "./protocol/is-within-endpoint.ts";
export * from "./protocol/key.ts";
export * from "./protocol/money.ts";
export * from "./protocol/page.ts";
export * from "./protocol/policy.ts";
export * from "./protocol/validate.ts";
export * from "./protocol/wire-names.ts";
