/**
 * Vault keys for AI agents: short-lived, capped credentials for paid APIs.
 *
 * @module
 */
export { capAcrossKeys } from "./cap-across-keys.ts";
export type { KeybrakeOptions } from "./control-client.ts";
export {
  type AuditEntry,
  type Budget,
  createKeybrake,
  type Freeze,
  type FreezeReceipt,
  type FreezeScope,
  type Keybrake,
  type KeyChanges,
  type KeyInfo,
  type KeyWithSpend,
  type Page,
  type PageOptions,
} from "./create-keybrake.ts";
export { getDefaultClient, withVaultKey } from "./default-client.ts";
export {
  CallLimitError,
  CapExhaustedError,
  EndpointNotAllowedError,
  InvalidPolicyError,
  KeybrakeError,
  type KeybrakeErrorOptions,
  KeyExpiredError,
  KeyRevokedError,
  RateLimitedError,
  TimeoutError,
  UnpricedEndpointError,
  VaultKeyUnavailableError,
} from "./errors.ts";
export type { KeybrakeEvent } from "./events.ts";
export { type HoldOptions, holdStreams } from "./hold-streams.ts";
export { isCapExhausted } from "./is-cap-exhausted.ts";
export { createKeyCache, type KeyCache, type KeyCacheOptions } from "./key-cache.ts";
export { createMemoryKeyCacheStore, type KeyCacheStore } from "./key-cache-store.ts";
export { createKeyScope, type KeyScope, type KeyScopeOptions } from "./key-scope.ts";
export {
  type EndpointBound,
  type FailOpenCredential,
  type IssueOptions,
  type IssuePolicy,
  type Policy,
  type PolicyFields,
  type PolicyFor,
  resolvePolicy,
  type SpendLimit,
  type StatedBudget,
} from "./policy.ts";
export { createRedisKeyCacheStore, type SendRedisCommand } from "./redis-key-cache-store.ts";
export { toKeybrakeError } from "./to-keybrake-error.ts";
export { endsRun, findCaughtRefusal, toToolOutputs } from "./tool-outputs.ts";
export { isToolRefusal, type ToolRefusal, toToolRefusal } from "./tool-refusal.ts";
export type { KeyWarning, RevokeReceipt, VaultKey } from "./vault-key.ts";
export type { WithVaultKeyOptions } from "./with-vault-key.ts";
