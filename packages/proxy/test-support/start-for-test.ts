import type { AuditRecord, Ledger } from "@keybrake/ledger";
import { createMemoryLedger } from "@keybrake/ledger";
import { type StripeSandbox, type StripeSandboxOptions, startStripeSandbox } from "@keybrake/sandbox";
import Stripe from "stripe";
import { onTestFinished } from "vitest";
import type { ProxyConfig } from "../src/config/config.ts";
import { type CallSummary, createProxy, type ProxyOptions } from "../src/create-proxy.ts";
import { assertNoLeaks } from "./canaries.ts";
import { type Answer, createSender, type Sender, type SendOptions } from "./sender.ts";

/** Canaries: no answer, entry or log may hold one of the first two, and no vendor request the third. */
export const LIVE_SECRET = "sk_live_canary4f0b9c2e7d";
export const TEST_SECRET = "sk_test_canary8a1d3e5f60";
export const KEYBRAKE_TOKEN = "kb_canary_token_5e2c71";
export const OTHER_TOKEN = "kb_canary_other_9d0b33";
/** Canaries too: the credentials of the two tenants' own accounts. */
export const ACME_SECRET = "sk_live_canary_acme_61c8";
export const OTHER_SECRET = "sk_live_canary_other_72d9";

const FIRST_TENANT = { name: "first", tenant: "acme", token: KEYBRAKE_TOKEN };

/** Two tenants on the vendor's one credential. */
export const TWO_TENANTS: TestOptions = {
  config: { tokens: [FIRST_TENANT, { name: "second", tenant: "other", token: OTHER_TOKEN }] },
  stripe: { shared: true },
};

/** Two tenants, each with a Stripe account of its own: to the emulator, `livemode` is acme's. */
export const TWO_ACCOUNTS: TestOptions = {
  config: { ...TWO_TENANTS.config },
  stripe: {
    credential: undefined,
    test_credential: undefined,
    tenants: { acme: { credential: ACME_SECRET }, other: { credential: OTHER_SECRET } },
  },
  sandbox: { secretKey: ACME_SECRET, testSecretKey: OTHER_SECRET },
};

export interface IssuedKey {
  id: string;
  token: string;
  [field: string]: unknown;
}

/** A proxy before a fake Stripe, both on ports of their own, both closed with the test. */
export interface TestBench {
  readonly sandbox: StripeSandbox;
  readonly proxy: ReturnType<typeof createProxy>;
  readonly store: Ledger;
  readonly url: string;
  readonly port: number;
  /** The vendors that have ports of their own. */
  readonly vendorUrls: Record<string, string>;
  /** Moves the clock of the proxy, and of the sandbox. */
  advance(ms: number): void;
  /** What `onCall` and `onInternalError` were told. */
  readonly calls: CallSummary[];
  readonly internalErrors: unknown[];
  /** One request to the proxy, as it stands. */
  send(method: string, path: string, options?: SendOptions): Promise<Answer>;
  /** A call of the control API with the first tenant's token. */
  control(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  issue(policy?: object, token?: string): Promise<IssuedKey>;
  /** A form POST to Stripe, by path routing. */
  post(key: IssuedKey, path: string, fields: FormFields, headers?: Record<string, string>): Promise<Answer>;
  charge(key: IssuedKey, amount?: number, headers?: Record<string, string>): Promise<Answer>;
  spend(key: IssuedKey): Promise<KeySpend>;
  /** All entries, oldest first, of keys that belong to nobody too. */
  audit(): Promise<AuditRecord[]>;
  /** The real SDK with the vault key, by path routing. */
  stripe(key: IssuedKey, config?: ConstructorParameters<typeof Stripe>[1]): Stripe;
  /** How much the fake Stripe says has moved, in cents. */
  grossUsdMinor(): number;
}

export type FormFields = Record<string, string | number>;

export interface KeySpend {
  daily_usd: number;
  total_usd: number;
  held_usd: number;
  unknown_usd: number;
  calls: number;
  remaining_usd: number | null;
  resets_at: string;
}

export interface TestOptions {
  config?: Partial<ProxyConfig>;
  stripe?: Partial<ProxyConfig["vendors"][string]>;
  sandbox?: StripeSandboxOptions;
  proxy?: ProxyOptions;
  /** False: the host gives the proxy no listeners, so that it prints. */
  listens?: boolean;
  /** Puts something around the store. */
  wrapStore?(store: Ledger): Ledger;
}

export async function startForTest(options: TestOptions = {}): Promise<TestBench> {
  let offsetMs = 0;
  const clock = (): number => Date.now() + offsetMs;
  const sandbox = await startStripeSandbox({
    secretKey: LIVE_SECRET,
    testSecretKey: TEST_SECRET,
    now: clock,
    ...options.sandbox,
  });
  const memory = createMemoryLedger(clock);
  const records: AuditRecord[] = [];
  const store = watchAudit(memory, records);
  const calls: CallSummary[] = [];
  const internalErrors: unknown[] = [];
  const proxy = createProxy(toConfig(sandbox, options), {
    store: options.wrapStore?.(store) ?? store,
    environment: {},
    clock,
    ...(options.listens === false
      ? {}
      : {
          onCall: (call: CallSummary) => void calls.push(call),
          onInternalError: (error: unknown) => void internalErrors.push(error),
        }),
    ...options.proxy,
  });
  const { url, vendors } = await proxy.listen();
  const answers: Answer[] = [];
  const vaultKeys: string[] = [];
  const sender = createSender(Number(new URL(url).port), (answer) => {
    const token = (answer.json as { token?: unknown } | undefined)?.token;
    if (answer.status === 201 && typeof token === "string") vaultKeys.push(token);
    else answers.push(answer);
  });
  onTestFinished(async () => {
    sender.close();
    await proxy.close({ graceMs: 200 });
    const vendorRequests = sandbox.requests();
    await sandbox.close();
    assertNoLeaks({
      secrets: {
        vendor: [LIVE_SECRET, TEST_SECRET, ACME_SECRET, OTHER_SECRET],
        keybrake: [KEYBRAKE_TOKEN, OTHER_TOKEN],
      },
      vaultKeys,
      answers,
      notes: [records, calls, internalErrors],
      vendorRequests,
    });
  });
  return {
    sandbox,
    proxy,
    store,
    url,
    port: Number(new URL(url).port),
    vendorUrls: vendors,
    advance(ms) {
      offsetMs += ms;
    },
    calls,
    internalErrors,
    audit: async () => records,
    grossUsdMinor: () => sandbox.ledger().grossMinor.usd ?? 0,
    stripe: (key, config) => createStripe(key.token, url, config),
    ...createVerbs(sender),
  };
}

/** Stripe's SDK behind the path routing: the prefix goes in by its own HTTP client. */
export function createStripe(
  token: string,
  url: string,
  config?: ConstructorParameters<typeof Stripe>[1],
): Stripe {
  const { hostname, port } = new URL(url);
  const inner = Stripe.createNodeHttpClient();
  return new Stripe(token, {
    telemetry: false,
    httpClient: {
      getClientName: () => inner.getClientName(),
      makeRequest: (_host, _port, path, method, headers, body, _protocol, timeout) =>
        inner.makeRequest(hostname, port, `/stripe${path}`, method, headers, body, "http", timeout),
    },
    ...config,
  });
}

function toConfig(sandbox: StripeSandbox, { config, stripe }: TestOptions): ProxyConfig {
  return {
    listen: "127.0.0.1:0",
    tokens: [FIRST_TENANT],
    fx_margin: 0,
    ...config,
    vendors: {
      stripe: {
        upstream: sandbox.url,
        credential: LIVE_SECRET,
        test_credential: TEST_SECRET,
        ...stripe,
      },
      ...config?.vendors,
    },
  };
}

function createVerbs(
  sender: Sender,
): Pick<TestBench, "send" | "control" | "issue" | "post" | "charge" | "spend"> {
  const control: TestBench["control"] = (method, path, body, headers) =>
    sender.send(method, path, {
      headers: {
        authorization: `Bearer ${KEYBRAKE_TOKEN}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
  const post: TestBench["post"] = (key, path, fields, headers) =>
    sender.send("POST", `/stripe${path}`, {
      headers: {
        authorization: `Bearer ${key.token}`,
        "content-type": "application/x-www-form-urlencoded",
        ...headers,
      },
      body: toForm(fields),
    });
  return {
    send: sender.send,
    control,
    post,
    charge: (key, amount = 2000, headers = {}) =>
      post(key, "/v1/charges", { amount, currency: "usd", source: "tok_visa" }, headers),
    async issue(policy = {}, token = KEYBRAKE_TOKEN) {
      const answer = await control(
        "POST",
        "/v1/keys",
        { label: "agent", vendor: "stripe", ...policy },
        { authorization: `Bearer ${token}` },
      );
      if (answer.status !== 201) throw new Error(`issue: ${answer.text}`);
      return answer.json as IssuedKey;
    },
    async spend(key) {
      const answer = await control("GET", `/v1/keys/${key.id}`);
      return (answer.json as { spend: KeySpend }).spend;
    },
  };
}

export function toForm(fields: FormFields): string {
  return Object.entries(fields)
    .map((pair) => pair.map(encodeURIComponent).join("="))
    .join("&");
}

/** Notes every entry, whosever it is: entries of unknown callers belong to no tenant that could list them. */
function watchAudit(store: Ledger, records: AuditRecord[]): Ledger {
  const settled = new Set<string>();
  return {
    ...store,
    async appendAudit(record) {
      await store.appendAudit(record);
      records.push(record);
    },
    async settle(attemptId, outcome, draft) {
      const settlement = await store.settle(attemptId, outcome, draft);
      const { remainingMicroUsd: _room, ...money } = settlement;
      if (!settled.has(attemptId)) records.push({ ...draft, ...money });
      settled.add(attemptId);
      return settlement;
    },
  };
}
