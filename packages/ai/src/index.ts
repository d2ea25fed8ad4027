/**
 * Vault keys for the AI SDK.
 *
 * @module
 */
export { getRefusal, type Steps } from "./get-refusal.ts";
export { stopOnCap } from "./stop-on-cap.ts";
export { isToolRefusal, type ToolRefusal } from "./tool-refusal.ts";
export { type VaultTool, type VaultToolDefinition, vaultTool } from "./vault-tool.ts";
export { type RunTools, type VaultToolsOptions, withVaultTools } from "./with-vault-tools.ts";
