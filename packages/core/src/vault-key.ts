import type { AnswerShape } from "./answer-shape.ts";
import type { ControlClient } from "./control-client.ts";
import { CapExhaustedError, isRefusal, KeyExpiredError, KeyRevokedError, readRefusal } from "./errors.ts";
import { type Duration, toSeconds } from "./protocol/duration.ts";
import type { CamelKeys, WireKey, WireRevokedKey } from "./protocol.ts";
import { keepProcessFree, LONGEST_TIMER_MS } from "./timers.ts";
import { warnOnce } from "./warn-once.ts";

/** What `revoke()` tells: calls that were already at the vendor, and the USD they hold. */
export type RevokeReceipt = CamelKeys<WireRevokedKey>["inFlight"];

/** How a key is made; the client's own business. */
export interface VaultKeyState {
  id: string;
  token: string;
  vendor: string;
  label: string;
  expiresAt: Date;
  baseUrl: string;
  /** False for a fail-open stand-in: a credential that Keybrake neither knows nor can revoke. */
  tracked: boolean;
}

const REVOKED_KEY: AnswerShape = { in_flight: { calls: "number", held_usd: "number" } };

/** What the issuer of a key should know, such as that it is `uncapped`. */
export interface KeyWarning {
  code: string;
  message: string;
}

/**
 * A short-lived credential for one vendor, bound to a policy. Printing it, in any way, shows no token.
 *
 * @example
 * await using key = await keybrake.issue({ label: "run-7", vendor: "stripe", dailyUsdCap: 20 });
 * const response = await key.fetch("/v1/payment_intents", { method: "POST", body });
 */
export class VaultKey implements AsyncDisposable {
  readonly #state: VaultKeyState;
  readonly #control: ControlClient;
  /** Made when it is first asked for: most keys are revoked without anybody listening. */
  #aborter: AbortController | undefined;
  #isRevoked = false;
  #expiryTimer: ReturnType<typeof setTimeout> | undefined;
  #revoked: Promise<RevokeReceipt> | undefined;
  #capRefusal: CapExhaustedError | undefined;

  /** @internal keys come from `issue` and `withVaultKey`. */
  constructor(state: VaultKeyState, control: ControlClient) {
    this.#state = state;
    this.#control = control;
  }

  /** Public id, `key_…`; safe to log. */
  get id(): string {
    return this.#state.id;
  }

  /** The secret: hand it to a vendor's SDK in place of the vendor's key. Never log it. */
  get token(): string {
    return this.#state.token;
  }

  get vendor(): string {
    return this.#state.vendor;
  }

  get label(): string {
    return this.#state.label;
  }

  get expiresAt(): Date {
    return this.#state.expiresAt;
  }

  /** Where the vendor's API is for this key: `https://proxy.keybrake.com/stripe`. No slash at the end. */
  get baseUrl(): string {
    return this.#state.baseUrl;
  }

  /** False when Keybrake was unreachable and the policy's `failOpen` credential stands in. */
  get tracked(): boolean {
    return this.#state.tracked;
  }

  /**
   * The latest refusal of a call of `fetch` or `rawFetch` for a spent cap, with its details. A vendor's SDK raises
   * the same refusal as an error of its own, and drops them.
   */
  get capRefusal(): CapExhaustedError | undefined {
    return this.#capRefusal;
  }

  /** Aborts when the key expires or is revoked by this process; hand it to whatever must not outlive the key. */
  get signal(): AbortSignal {
    this.#aborter ??= new AbortController();
    if (this.#isRevoked) this.#abortRevoked();
    else this.#armExpiry(this.#aborter);
    return this.#aborter.signal;
  }

  /**
   * The vendor's API through the proxy. Every answer of the vendor comes back untouched, errors too; redirects
   * are handed back, not followed.
   *
   * @param input the vendor's URL (`https://api.stripe.com/v1/charges`) or a path (`/v1/charges`)
   * @throws {KeybrakeError} when Keybrake refuses the call: `CapExhaustedError`, `EndpointNotAllowedError`, …
   */
  readonly fetch: typeof globalThis.fetch = async (input, init) => {
    const response = await this.rawFetch(input, init);
    if (isRefusal(response)) throw await readRefusal(response);
    return response;
  };

  /** As `fetch`, but a refusal comes back as a response: for vendor SDKs, which raise it as their own error. */
  readonly rawFetch: typeof globalThis.fetch = async (input, init) => {
    const request = input instanceof Request ? input : undefined;
    const headers = new Headers(init?.headers ?? request?.headers);
    headers.set("authorization", `Bearer ${this.#state.token}`);
    const url = toProxyUrl(this.#state.baseUrl, request ? request.url : String(input));
    const options: RequestInit = { redirect: "manual", cache: "no-store", ...init, headers };
    const response = await this.#control.fetch(request ? new Request(url, request) : url, options);
    if (response.headers.get("x-keybrake-code") === "cap_exhausted") await this.#noteCap(response.clone());
    return response;
  };

  async #noteCap(copy: Response): Promise<void> {
    const refusal = await readRefusal(copy);
    if (refusal instanceof CapExhaustedError) this.#capRefusal = refusal;
  }

  /**
   * A new life of the given length from now; never past the proxy's `max_lifetime`.
   *
   * @throws {KeyExpiredError | KeyRevokedError} when it is too late
   */
  async extend(expiresIn: Duration): Promise<void> {
    this.#state.expiresAt = this.#state.tracked ? await this.#extend(expiresIn) : toMoment(expiresIn);
    if (this.#aborter && this.#expiryTimer !== undefined) {
      clearTimeout(this.#expiryTimer);
      this.#expiryTimer = undefined;
      this.#armExpiry(this.#aborter);
    }
    this.#control.emit({ type: "extended", keyId: this.id, expiresAt: this.expiresAt });
  }

  async #extend(expiresIn: Duration): Promise<Date> {
    const key = await this.#control.call<WireKey>({
      method: "POST",
      path: `/v1/keys/${this.id}/extend`,
      body: { expires_in: expiresIn },
      answer: { expires_at: "timestamp" },
    });
    return new Date(key.expires_at);
  }

  /**
   * Ends the key. When it resolves, no further call with this key reaches the vendor. Calling it again gives the
   * same receipt; after a failure, it tries again.
   */
  revoke(): Promise<RevokeReceipt> {
    this.#revoked ??= this.#revoke().catch((error: unknown) => {
      this.#revoked = undefined;
      throw error;
    });
    return this.#revoked;
  }

  async #revoke(): Promise<RevokeReceipt> {
    clearTimeout(this.#expiryTimer);
    this.#isRevoked = true;
    this.#abortRevoked();
    if (!this.#state.tracked) return { calls: 0, heldUsd: 0 };
    const { in_flight } = await this.#control.call<WireRevokedKey>({
      method: "DELETE",
      path: `/v1/keys/${this.id}`,
      answer: REVOKED_KEY,
    });
    this.#control.emit({ type: "revoked", keyId: this.id });
    return { calls: in_flight.calls, heldUsd: in_flight.held_usd };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.revoke();
  }

  #abortRevoked(): void {
    if (!this.#aborter || this.#aborter.signal.aborted) return;
    this.#aborter.abort(
      new KeyRevokedError({ code: "key_revoked", message: `The vault key ${this.id} was revoked.` }),
    );
  }

  #armExpiry(aborter: AbortController): void {
    if (this.#expiryTimer !== undefined || aborter.signal.aborted) return;
    const remainingMs = this.#state.expiresAt.getTime() - Date.now();
    if (remainingMs <= 0) {
      aborter.abort(
        new KeyExpiredError({ code: "key_expired", message: `The vault key ${this.id} has expired.` }),
      );
      return;
    }
    this.#expiryTimer = setTimeout(
      () => {
        this.#expiryTimer = undefined;
        this.#armExpiry(aborter);
      },
      Math.min(remainingMs, LONGEST_TIMER_MS),
    );
    keepProcessFree(this.#expiryTimer);
  }

  /** Reports a `warning` to `onEvent`, and on the console once per label. For adapters. */
  warn({ code, message }: KeyWarning): void {
    const { id, label } = this.#state;
    this.#control.emit({ type: "warning", keyId: id, label, code, message });
    warnOnce(label, message);
  }

  toJSON(): Record<string, unknown> {
    const { id, vendor, label, expiresAt, baseUrl, tracked } = this;
    return { id, vendor, label, expiresAt, baseUrl, tracked, token: "[redacted]" };
  }

  toString(): string {
    return `VaultKey ${this.id} (${this.vendor})`;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return `VaultKey ${JSON.stringify(this.toJSON())}`;
  }
}

/** When a life that starts now is over. */
export function toMoment(expiresIn: Duration): Date {
  return new Date(Date.now() + (toSeconds(expiresIn) ?? 0) * 1000);
}

/** The vendor's host never appears: whatever URL is asked for, the token goes to the proxy and nowhere else. */
function toProxyUrl(baseUrl: string, input: string): string {
  if (input === baseUrl || input.startsWith(`${baseUrl}/`)) return input;
  if (input.startsWith("/")) return `${baseUrl}${input}`;
  const url = new URL(input);
  return `${baseUrl}${url.pathname}${url.search}`;
}
