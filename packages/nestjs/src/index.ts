/**
 * Vault keys for NestJS on Express and Fastify.
 *
 * @module
 */
export { InjectVaultKey } from "./inject-vault-key.ts";
export { KeybrakeModule } from "./keybrake-module.ts";
export { KEYBRAKE_MODULE_OPTIONS, type KeybrakeModuleOptions } from "./keybrake-module-options.ts";
export { UseVaultKey } from "./use-vault-key.ts";
export { VaultKeyService } from "./vault-key-service.ts";
