/**
 * Vault keys for Next.js: Route Handlers, Server Actions and a budget gate.
 *
 * @module
 */
export { type BudgetGateOptions, type BudgetQuestion, budgetGate } from "./budget-gate.ts";
export { type RouteOptions, type VaultKeyOptions, withVaultKey } from "./with-vault-key.ts";
export { type ActionRefusal, withVaultKeyAction } from "./with-vault-key-action.ts";
