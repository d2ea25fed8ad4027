import {
  createKeybrake,
  type Keybrake,
  type KeybrakeOptions,
  type KeyInfo,
  type KeyWithSpend,
} from "@keybrake/core";
import { type ErrorCode, fromWire, type Refusal } from "@keybrake/core/protocol";
import { type HttpHandler, http, passthrough } from "msw";
import { setupServer } from "msw/node";
import { controlHandlers } from "./control-api.ts";
import { type CallCost, Mock, type VendorCall, type VendorHandler } from "./mock.ts";
import { proxyHandler } from "./proxy-api.ts";

/** How the mocked Keybrake is reached. */
export interface KeybrakeServerOptions {
  /** The Keybrake token it accepts. Default `"kb_test_token"`. */
  token?: string;
  /** Default `https://api.keybrake.com`. */
  apiUrl?: string;
  /** Default `https://proxy.keybrake.com`. */
  proxyUrl?: string;
  /**
   * What becomes of a request to anywhere else but the loopback interface, in msw's words. Default `"error"`: a
   * unit test that reaches a real vendor is a mistake.
   */
  onUnhandledFrame?: "error" | "warn" | "bypass";
}

/** How a forced refusal looks; `at` defaults to the proxy. */
export interface RefuseOptions extends Partial<Omit<Refusal, "code">> {
  /** Which side refuses: calls to vendors, or calls to the control API. Default `"proxy"`. */
  at?: "proxy" | "control";
}

/** A key as it was issued, with the secret that the control API shows once. */
export type IssuedKey = KeyInfo & { token: string };

/** A mocked Keybrake: its control API and its proxy, with memory. */
export interface KeybrakeServer {
  readonly token: string;
  readonly apiUrl: string;
  readonly proxyUrl: string;
  /** For a project with an msw server of its own: add these to it, and leave `listen()` and `close()` alone. */
  readonly handlers: readonly HttpHandler[];
  /** Starts to intercept, and points `KEYBRAKE_TOKEN`, `_API_URL` and `_PROXY_URL` here, for default clients. */
  listen(): void;
  /** Forgets everything: keys, budgets, calls, vendors, costs, refusals. Call it between tests. */
  reset(): void;
  /** Stops intercepting and puts the environment back. */
  close(): void;
  /** A client of this server. */
  client(options?: Omit<KeybrakeOptions, "token" | "apiUrl" | "proxyUrl">): Keybrake;
  /** Answers the calls to a vendor; without it they are refused as `unknown_vendor`. */
  vendor(name: string, respond: VendorHandler): void;
  /** What each call to a vendor costs, in USD; counted before the vendor is asked. Default 0. */
  cost(vendor: string, usd: CallCost): void;
  /** Refuses every call from now on, whatever the policy, in the contract's envelope; until `comeBack()`. */
  refuse(code: ErrorCode, options?: RefuseOptions): void;
  /** Every connection fails, to both sides; until `comeBack()`. */
  goDown(): void;
  /** Ends `goDown()` and `refuse()`. */
  comeBack(): void;
  /** Keys in the order of issue, as they were issued. */
  readonly issued: readonly IssuedKey[];
  /** Ids in the order of revocation. */
  readonly revoked: readonly string[];
  /** Every call to a vendor, refused ones too. */
  readonly calls: readonly VendorCall[];
  /** Keys in the order of issue, as they are now, with what they spent. */
  readonly keys: readonly KeyWithSpend[];
}

const LOOPBACK = /^https?:\/\/(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?\//;

/**
 * A Keybrake for unit tests. It needs no network and no test runner; with vitest, `setupKeybrake` from
 * `@keybrake/testing/vitest` does the wiring.
 *
 * It keeps keys, caps (daily, total, per call), budgets, allowlists and call counts. What a call costs is declared
 * by the test, not priced. It does not know `calls_per_minute`, `shadow`, `accounts` or the audit log.
 *
 * @example
 * const server = createKeybrakeServer();
 * server.listen();
 * server.vendor("stripe", () => Response.json({ id: "pi_1" }));
 * server.cost("stripe", 20);
 * await server.client().withVaultKey({ label: "test", vendor: "stripe", dailyUsdCap: 50 }, charge);
 * server.calls[0]?.costUsd; // 20
 * server.close();
 */
export function createKeybrakeServer(options: KeybrakeServerOptions = {}): KeybrakeServer {
  const {
    token = "kb_test_token",
    apiUrl = "https://api.keybrake.com",
    proxyUrl = "https://proxy.keybrake.com",
    onUnhandledFrame = "error",
  } = options;
  let mock = new Mock();
  const current = () => mock;
  const handlers = [...controlHandlers(apiUrl, token, current), proxyHandler(proxyUrl, current)];
  const interceptor = setupServer(
    ...handlers,
    http.all(LOOPBACK, () => passthrough()),
  );
  const environment = { KEYBRAKE_TOKEN: token, KEYBRAKE_API_URL: apiUrl, KEYBRAKE_PROXY_URL: proxyUrl };
  let restoreEnvironment = (): void => {};

  return {
    token,
    apiUrl,
    proxyUrl,
    handlers,
    listen() {
      interceptor.listen({ onUnhandledFrame });
      restoreEnvironment = setEnvironment(environment);
    },
    reset() {
      mock = new Mock();
    },
    close() {
      interceptor.close();
      restoreEnvironment();
    },
    client: (clientOptions = {}) => createKeybrake({ ...clientOptions, token, apiUrl, proxyUrl }),
    vendor(name, respond) {
      mock.vendors.set(name, respond);
    },
    cost(vendor, usd) {
      mock.costs.set(vendor, usd);
    },
    refuse(code, { at = "proxy", ...refusal } = {}) {
      const message = `The test refuses every call: ${code}.`;
      mock.forced = {
        at,
        refusal: { message, ...(code === "rate_limited" ? { retryAfterSeconds: 1 } : {}), ...refusal, code },
      };
    },
    goDown() {
      mock.down = true;
    },
    comeBack() {
      mock.down = false;
      mock.forced = undefined;
    },
    get issued() {
      return mock.issued.map((key) => fromWire(key));
    },
    get revoked() {
      return [...mock.keys.revoked];
    },
    get calls() {
      return [...mock.calls];
    },
    get keys() {
      return mock.keys.all().map((key) => fromWire(mock.keys.show(key)));
    },
  };
}

function setEnvironment(values: Record<string, string>): () => void {
  const before = Object.keys(values).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, values);
  return () => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
}
