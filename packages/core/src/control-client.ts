import { type AnswerShape, assertShape } from "./answer-shape.ts";
import { readEnvironment } from "./environment.ts";
import { isRefusal, KeybrakeError, readRefusal, VaultKeyUnavailableError } from "./errors.ts";
import { emit, type KeybrakeEvent } from "./events.ts";

/** Where Keybrake is, and how patiently to ask it. */
export interface KeybrakeOptions {
  /** The Keybrake token of this backend. Default: `KEYBRAKE_TOKEN`, read at first use. */
  token?: string;
  /** Default: `KEYBRAKE_API_URL`, else `https://api.keybrake.com`. */
  apiUrl?: string;
  /** Default: `KEYBRAKE_PROXY_URL`, else `apiUrl` where one was given, else `https://proxy.keybrake.com`. */
  proxyUrl?: string;
  /** Default: the global `fetch`, looked up at each call so that mocks are seen. */
  fetch?: typeof globalThis.fetch;
  /** Milliseconds one attempt at the control API may take. Default 5000. */
  timeoutMs?: number;
  /** Further attempts after a failure that says nothing about the policy. Default one, after about 100 ms. */
  retry?: { attempts: number; delayMs: number };
  /** Told of everything that happens to keys. */
  onEvent?: (event: KeybrakeEvent) => void;
}

/** One call of the control API. */
export interface ControlRequest {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  path: string;
  query?: Record<string, string | undefined>;
  body?: unknown;
  /** What the response must have. */
  answer: AnswerShape;
  idempotencyKey?: string;
  signal?: AbortSignal | undefined;
}

/** The control API as one function, and where it is. */
export interface ControlClient {
  /** @typeParam Answer what the contract says of the response */
  call<Answer>(request: ControlRequest): Promise<Answer>;
  fetch: typeof globalThis.fetch;
  /** @throws {KeybrakeError} `missing_token` */
  token(): string;
  apiUrl(): string;
  proxyUrl(): string;
  emit(event: KeybrakeEvent): void;
}

const DEFAULT_API_URL = "https://api.keybrake.com";
const DEFAULT_PROXY_URL = "https://proxy.keybrake.com";

export function createControlClient(options: KeybrakeOptions): ControlClient {
  const { timeoutMs = 5_000, retry = { attempts: 1, delayMs: 100 } } = options;
  const givenApiUrl = (): string | undefined => options.apiUrl ?? readEnvironment("KEYBRAKE_API_URL");
  const apiUrl = (): string => trimSlash(givenApiUrl() ?? DEFAULT_API_URL);
  const report = (event: KeybrakeEvent): void => emit(options.onEvent, event);
  const clientFetch: typeof globalThis.fetch = (input, init) =>
    (options.fetch ?? globalThis.fetch)(input, init);

  /** One request, ended by its own timer: `AbortSignal.timeout` would keep one for every request of the last seconds. */
  async function attempt<Answer>(request: ControlRequest): Promise<Answer> {
    const timeout = new AbortController();
    const timer = setTimeout(() => timeout.abort(toTimeout(timeoutMs)), timeoutMs);
    try {
      return await send<Answer>(request, joinSignals(request.signal, timeout.signal));
    } finally {
      clearTimeout(timer);
    }
  }

  async function send<Answer>(request: ControlRequest, signal: AbortSignal): Promise<Answer> {
    const { method, path, query, body, answer, idempotencyKey } = request;
    const response = await clientFetch(`${apiUrl()}${path}${toQuery(query)}`, {
      method,
      headers: {
        authorization: `Bearer ${readToken(options.token)}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      // Next.js caches fetch where it can; a cached key would be a shared key.
      cache: "no-store",
      // Followed nowhere: a 3xx is not ok, so it fails below. Workers do not know "error".
      redirect: "manual",
      signal,
    });
    if (isRefusal(response)) throw await readRefusal(response);
    if (!response.ok) throw new Error(`the control API answered ${response.status}`);
    const parsed = parseJson(await response.text());
    assertShape(parsed, answer);
    return parsed as Answer;
  }

  return {
    fetch: clientFetch,
    emit: report,
    token: () => readToken(options.token),
    apiUrl,
    proxyUrl: () =>
      trimSlash(
        options.proxyUrl ?? readEnvironment("KEYBRAKE_PROXY_URL") ?? givenApiUrl() ?? DEFAULT_PROXY_URL,
      ),

    async call<Answer>(request: ControlRequest): Promise<Answer> {
      for (let attemptsLeft = retry.attempts; ; attemptsLeft--) {
        try {
          return await attempt<Answer>(request);
        } catch (error) {
          request.signal?.throwIfAborted();
          if (isAnswer(error)) throw error;
          if (attemptsLeft <= 0) throw toUnavailable(error, apiUrl());
          report({ type: "retried", operation: `${request.method} ${request.path}`, error });
          await waitAbout(retry.delayMs);
        }
      }
    },
  };
}

function toTimeout(timeoutMs: number): DOMException {
  return new DOMException(`the control API did not respond within ${timeoutMs} ms`, "TimeoutError");
}

/** Joined only where there are two: the Edge runtime of Next.js has no `AbortSignal.any`. */
function joinSignals(caller: AbortSignal | undefined, timeout: AbortSignal): AbortSignal {
  return caller ? AbortSignal.any([caller, timeout]) : timeout;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not as it is: the message of JSON.parse quotes the text, and the text may hold a token.
    throw new Error("the control API's answer is not JSON");
  }
}

/** Whether the control API decided, rather than failed: trying again would change nothing. */
function isAnswer(error: unknown): error is KeybrakeError {
  return KeybrakeError.isInstance(error) && error.status < 500;
}

function toUnavailable(error: unknown, apiUrl: string): VaultKeyUnavailableError {
  const reason = error instanceof Error ? error.message : String(error);
  const requestId = KeybrakeError.isInstance(error) ? error.requestId : undefined;
  return new VaultKeyUnavailableError({
    message: `Keybrake is unavailable: the control API at ${withoutUser(apiUrl)} failed (${reason}). Check that the proxy runs there, and that KEYBRAKE_API_URL names it. Then retry.`,
    cause: error,
    ...(requestId ? { requestId } : {}),
  });
}

/** A URL as it can be shown. */
function withoutUser(url: string): string {
  return url.replace(/\/\/[^/@]*@/, "//");
}

function readToken(token: string | undefined): string {
  const found = token ?? readEnvironment("KEYBRAKE_TOKEN");
  if (found) return found;
  throw new KeybrakeError({
    code: "missing_token",
    status: 401,
    message:
      "No request was sent, because the SDK has no Keybrake token. Set the environment variable KEYBRAKE_TOKEN in your backend, or pass createKeybrake({ token }).",
  });
}

function waitAbout(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs * (0.5 + Math.random())));
}

function trimSlash(url: string): string {
  return url.replace(/\/+$/, "");
}

function toQuery(query: Record<string, string | undefined> = {}): string {
  const given = Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return given.length === 0 ? "" : `?${new URLSearchParams(given)}`;
}
