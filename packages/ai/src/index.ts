/**
 * Vault keys for the AI SDK.
 *
 * @module
 */
export { getRefusals, type Steps, stopOnCap } from "./refusals.ts";
export { type VaultTool, type VaultToolDefinition, vaultTool } from "./vault-tool.ts";
export { type RunTools, vaultTools } from "./vault-tools.ts";
