import type { IssuePolicy, Keybrake, KeybrakeOptions, VaultKey } from "@keybrake/core";

/**
 * What a host can show:
 * `http` failures are HTTP answers · `stream` a handler may answer in chunks · `leave` the host notices when its
 * caller goes away.
 */
export type HostAbility = "http" | "stream" | "leave";

/** What a case wants to run inside a host, through the adapter under test. */
export interface AdapterWork {
  /** The adapter's policy function: `input` is the text the run was started with. */
  policy(input: string): IssuePolicy | Promise<IssuePolicy>;
  /**
   * The user's handler. A text is the whole answer; chunks are to be sent one by one, as they come. Only hosts
   * that can `stream` are asked for chunks.
   */
  handler(key: VaultKey, input: string): Promise<string | AsyncIterable<string>>;
  /** The adapter's options. */
  client: Keybrake;
  onRevokeError(error: unknown, key: VaultKey): void;
}

/** The work as the suite mounts it. */
export interface SuiteWork extends AdapterWork {
  /** What `client` is made of, for a host that has to make it in another process: see `startStage`. */
  clientOptions: KeybrakeOptions;
}

/** A real host, such as an Express 5 application on a port, that runs work behind an adapter. */
export interface AdapterHost {
  name: string;
  abilities: readonly HostAbility[];
  /** Puts the work behind the adapter into a fresh host. It must take twenty runs at once, or 200 where it speaks `http`. */
  mount(work: SuiteWork): Promise<MountedHost>;
}

/** A host that is up. */
export interface MountedHost {
  /** One run: a request, a job, a tool call. Hosts that speak HTTP use {@link startOverHttp}. */
  start(input: string): HostRun;
  /** What the host's own error path was handed: the error middleware, the failed job, the rejection. */
  readonly errors: readonly unknown[];
  /** How many callers the host has seen leaving. Hosts that can't notice answer 0. */
  departures(): number;
  /** All that the host has printed, where it is another process. */
  printed?(): string;
  close(): Promise<void>;
}

/** One run, seen from its caller. */
export interface HostRun {
  /** What has arrived until now. */
  readonly chunks: readonly string[];
  /** How it ended; never rejects. */
  readonly ended: Promise<RunEnd>;
  /** The caller goes away without waiting for the end. */
  leave(): void;
}

/** The end of a run. `status` where the host speaks HTTP. */
export interface RunEnd {
  ok: boolean;
  text: string;
  status?: number;
}

/** The Keybrake that a suite runs against: the mocked one, or a real proxy over HTTP. */
export interface KeybrakeUnderTest {
  name: string;
  /** Where it is, and the token. Faults are injected around its `fetch`, so the server needs no switches. */
  options: Pick<KeybrakeOptions, "apiUrl" | "proxyUrl" | "token" | "fetch">;
  /** A call that a vendor behind it answers with 2xx, and for which a cap is charged exactly `usd`. */
  spendingCall: { vendor: string; path: string; init: RequestInit; usd: number };
}

/**
 * Runs over HTTP: `POST {url}?input=…`. The host hands `input` to the work and answers with its text. `send` stands
 * for the network where there is none.
 *
 * @example
 * return { start: startOverHttp(`http://127.0.0.1:${port}/run`), errors, departures, close };
 */
export function startOverHttp(
  url: string,
  send: (url: string, init: RequestInit) => Promise<Response> = fetch,
): MountedHost["start"] {
  return (input) => {
    const caller = new AbortController();
    const chunks: string[] = [];

    async function run(): Promise<RunEnd> {
      try {
        const response = await send(`${url}?${new URLSearchParams({ input })}`, {
          method: "POST",
          // A server that compresses may keep chunks back.
          headers: { "accept-encoding": "identity" },
          signal: caller.signal,
        });
        const decoder = new TextDecoder();
        for await (const bytes of response.body ?? []) chunks.push(decoder.decode(bytes, { stream: true }));
        return { ok: response.ok, status: response.status, text: chunks.join("") };
      } catch {
        return { ok: false, text: chunks.join("") };
      }
    }

    return { chunks, ended: run(), leave: () => caller.abort() };
  };
}
