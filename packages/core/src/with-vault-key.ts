import type { ControlClient } from "./control-client.ts";
import { keepAlive } from "./keep-alive.ts";
import type { IssuePolicy } from "./policy.ts";
import { DEFAULT_EXPIRES_IN } from "./protocol/duration.ts";
import type { VaultKey } from "./vault-key.ts";

/** How a scope behaves at its edges. */
export interface WithVaultKeyOptions {
  /** Ends the attempt to issue; once `use` runs, it is up to `use`. */
  signal?: AbortSignal;
  /** Told when the key could not be revoked. The result of `use` is not changed: the key's life ends it anyway. */
  onRevokeError?: (error: unknown, key: VaultKey) => void;
}

/** The scope of a key, over a way to issue one. */
export async function runWithVaultKey<Result>(
  issue: (policy: IssuePolicy, options: { signal?: AbortSignal | undefined }) => Promise<VaultKey>,
  control: ControlClient,
  policy: IssuePolicy | (() => IssuePolicy | Promise<IssuePolicy>),
  use: (key: VaultKey) => Result | Promise<Result>,
  options: WithVaultKeyOptions,
): Promise<Result> {
  const resolved = typeof policy === "function" ? await policy() : policy;
  const key = await issue(resolved, { signal: options.signal });
  const stopKeepAlive = resolved.keepAlive
    ? keepAlive(key, resolved.expiresIn ?? DEFAULT_EXPIRES_IN, control)
    : undefined;
  try {
    return await use(key);
  } finally {
    stopKeepAlive?.();
    await revokeAtLast(key, control, options.onRevokeError);
  }
}

/** Never rejects: an error here would hide the result of the work, or the error it threw. */
export async function revokeAtLast(
  key: VaultKey,
  control: ControlClient,
  onRevokeError: WithVaultKeyOptions["onRevokeError"],
): Promise<void> {
  await key.revoke().catch((error: unknown) => {
    control.emit({ type: "revoke_failed", keyId: key.id, error });
    try {
      onRevokeError?.(error, key);
    } catch (thrown) {
      console.warn("keybrake: onRevokeError threw", thrown);
    }
  });
}
