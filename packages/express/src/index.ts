/**
 * Vault keys for Express 4 and 5.
 *
 * @module
 */
export { keybrakeErrorHandler } from "./error-handler.ts";
export { type VaultKeyOptions, vaultKey } from "./vault-key.ts";
