import type { Keybrake, WithVaultKeyOptions } from "@keybrake/core";

/** How `@UseVaultKey` issues and revokes. */
export interface KeybrakeModuleOptions extends Pick<WithVaultKeyOptions, "onRevokeError"> {
  /** Default: the client that `@keybrake/core` makes from the environment. */
  client?: Keybrake;
}

/** What the options are injected by; tests override this provider to put another Keybrake in place. */
export const KEYBRAKE_MODULE_OPTIONS: unique symbol = Symbol("KEYBRAKE_MODULE_OPTIONS");
