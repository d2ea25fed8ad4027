import assert from "node:assert/strict";
import { format } from "node:util";
import {
  createKeybrake,
  type IssuePolicy,
  type Keybrake,
  type KeybrakeEvent,
  type KeybrakeOptions,
  type KeyInfo,
  type VaultKey,
} from "@keybrake/core";
import { clientPace } from "../stage/wire.ts";
import type { AdapterHost, AdapterWork, KeybrakeUnderTest, MountedHost } from "./host.ts";

/** A promise that the test opens. */
export interface Gate {
  readonly opened: Promise<void>;
  open(): void;
}

export function createGate(): Gate {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

/** What one case sees of its Keybrake, and how it breaks it. Everything goes through the client's `fetch`. */
export interface Bench {
  readonly client: Keybrake;
  readonly clientOptions: KeybrakeOptions;
  /** The keys that were issued, with the policy as it went over the wire. */
  readonly issued: { id: string; token: string; policy: Record<string, unknown> }[];
  /** One id for every attempt to revoke. */
  readonly revocations: string[];
  readonly revokeErrors: { error: unknown; key: VaultKey }[];
  readonly events: KeybrakeEvent[];
  /** Calls to vendors. */
  vendorCalls: number;
  /** Attempts to issue, begun. */
  issuing: number;
  /** Set to break. */
  faults: { issue: boolean; revoke: boolean };
  /** Where set, the answer to an issue waits here after the key exists. */
  issueGate: Gate | undefined;
  /** A policy of this case alone. */
  policy(input: string): IssuePolicy;
  /** A call that costs `spendingCall.usd`. */
  spend(key: VaultKey): Promise<Response>;
  /** The keys of this case in Keybrake's own list. */
  listKeys(): Promise<KeyInfo[]>;
}

export function createBench({ options, spendingCall }: KeybrakeUnderTest): Bench {
  const label = `case-${crypto.randomUUID()}`;
  const observer = createKeybrake(options);
  const events: KeybrakeEvent[] = [];
  const clientOptions: KeybrakeOptions = {
    ...options,
    ...clientPace,
    fetch: observedFetch,
    onEvent: (event) => events.push(event),
  };

  const bench: Bench = {
    client: createKeybrake(clientOptions),
    clientOptions,
    issued: [],
    revocations: [],
    revokeErrors: [],
    events,
    vendorCalls: 0,
    issuing: 0,
    faults: { issue: false, revoke: false },
    issueGate: undefined,
    policy: (input) => ({
      label: `${label}/${input}`,
      vendor: spendingCall.vendor,
      expiresIn: "5m",
      uncapped: true,
    }),
    spend: (key) => key.fetch(spendingCall.path, spendingCall.init),
    async listKeys() {
      const keys: KeyInfo[] = [];
      for (let more = true; more; ) {
        const last = keys.at(-1)?.id;
        const page = await observer.listKeys({
          labelPrefix: label,
          limit: 100,
          ...(last ? { startingAfter: last } : {}),
        });
        keys.push(...page.data);
        more = page.hasMore;
      }
      return keys;
    },
  };

  async function observedFetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    const { pathname } = new URL(input instanceof Request ? input.url : input);
    const send = options.fetch ?? globalThis.fetch;
    if (init?.method === "POST" && pathname.endsWith("/v1/keys")) {
      bench.issuing += 1;
      if (bench.faults.issue) throw new TypeError("fetch failed");
      const response = await send(input, init);
      const { id, token } = (await response.clone().json()) as { id: string; token: string };
      if (response.ok) bench.issued.push({ id, token, policy: JSON.parse(String(init.body)) });
      await bench.issueGate?.opened;
      return response;
    }
    const revoked = init?.method === "DELETE" && /\/v1\/keys\/([^/]+)$/.exec(pathname)?.[1];
    if (revoked) {
      bench.revocations.push(revoked);
      if (bench.faults.revoke) throw new TypeError("fetch failed");
    }
    if (pathname.endsWith(spendingCall.path)) bench.vendorCalls += 1;
    return send(input, init);
  }

  return bench;
}

/** What a case needs of {@link AdapterWork}; the rest comes from its bench. */
export type CaseWork = Partial<AdapterWork>;

/** Mounts the work, runs the scenario, closes the host; then every issued key must have been revoked once. */
export async function scenario(
  host: AdapterHost,
  keybrake: KeybrakeUnderTest,
  makeWork: (bench: Bench) => CaseWork,
  play: (bench: Bench, mounted: MountedHost) => Promise<void>,
): Promise<void> {
  const bench = createBench(keybrake);
  const mounted = await host.mount({
    policy: bench.policy,
    handler: async () => "done",
    client: bench.client,
    clientOptions: bench.clientOptions,
    onRevokeError: (error, key) => bench.revokeErrors.push({ error, key }),
    ...makeWork(bench),
  });
  try {
    await play(bench, mounted);
    if (!bench.faults.revoke) {
      await until("every key is revoked", () => bench.revocations.length >= bench.issued.length);
    }
  } finally {
    await mounted.close();
  }
  if (bench.faults.revoke) return;
  assert.deepEqual([...bench.revocations].sort(), bench.issued.map(({ id }) => id).sort());
  await until("Keybrake itself lists every key as revoked", async () => {
    const keys = await bench.listKeys();
    assert.deepEqual(keys.map(({ id }) => id).sort(), bench.issued.map(({ id }) => id).sort());
    return keys.every(({ status }) => status === "revoked");
  });
}

/** Waits for something to become true. The deadline is far from any healthy run, and before a runner's own. */
export async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 30_000; !(await condition()); ) {
    assert.ok(Date.now() < deadline, `waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Everything that is printed while `work` runs. */
export async function captureOutput(work: () => Promise<void>): Promise<string> {
  let output = "";
  const restorers: (() => void)[] = [];
  const levels = ["log", "info", "warn", "error", "debug", "dir", "trace"] as const;
  for (const level of levels) {
    const original = console[level];
    console[level] = (...values: unknown[]) => {
      output += `${format(...values)}\n`;
    };
    restorers.push(() => {
      console[level] = original;
    });
  }
  for (const stream of [process.stdout, process.stderr]) {
    const original = stream.write;
    stream.write = (text: string | Uint8Array) => {
      output += typeof text === "string" ? text : new TextDecoder().decode(text);
      return true;
    };
    restorers.push(() => {
      stream.write = original;
    });
  }
  try {
    await work();
  } finally {
    for (const restore of restorers) restore();
  }
  return output;
}
