/**
 * Vault keys for any `Request → Response` handler: Workers, Deno, Bun, Hono.
 *
 * @module
 */
export { type VaultKeyOptions, withVaultKey } from "./with-vault-key.ts";
