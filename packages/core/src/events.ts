/** What a client reports to `onEvent`. No event holds a token. */
export type KeybrakeEvent =
  | { type: "issued"; keyId: string; vendor: string; label: string }
  /**
   * What the issuer of a key should know: it is `uncapped`, it names a `new_budget` (maybe a typo), or it was revoked for
   * an `unread_body`.
   */
  | { type: "warning"; keyId: string; label: string; code: string; message: string }
  | { type: "extended"; keyId: string; expiresAt: Date }
  | { type: "extend_failed"; keyId: string; error: unknown }
  | { type: "revoked"; keyId: string }
  | { type: "revoke_failed"; keyId: string; error: unknown }
  | { type: "retried"; operation: string; error: unknown }
  | { type: "fail_open"; vendor: string; label: string; error: unknown };

/** Reports an event. A listener that throws must not change the fate of the call it watches. */
export function emit(onEvent: ((event: KeybrakeEvent) => void) | undefined, event: KeybrakeEvent): void {
  try {
    onEvent?.(event);
  } catch (error) {
    console.warn("keybrake: onEvent threw", error);
  }
}
