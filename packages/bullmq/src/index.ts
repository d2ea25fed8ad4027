/**
 * Vault keys for BullMQ jobs.
 *
 * @module
 */
export { revokeOnLostLock } from "./revoke-on-lost-lock.ts";
export { type VaultKeyOptions, type VaultKeyProcessor, withVaultKey } from "./with-vault-key.ts";
