import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type StripeSandbox, startStripeSandbox } from "@keybrake/sandbox";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { type Cli, makeFolder, startCli } from "../testing/start-cli.ts";

const TOKEN = "kb_only_for_this_test";
const LIVE_SECRET = "sk_live_only_for_this_test";
const TEST_SECRET = "sk_test_only_for_this_test";
const SECRETS = [TOKEN, LIVE_SECRET, TEST_SECRET];
const ENVIRONMENT = {
  KEYBRAKE_TOKEN: TOKEN,
  STRIPE_SECRET_KEY: LIVE_SECRET,
  STRIPE_TEST_KEY: TEST_SECRET,
};

interface Served {
  cli: Cli;
  cwd: string;
  sandbox: StripeSandbox;
  /** Stands for both hosts of the service. */
  url: string;
  stripeUrl: string;
}

/** `keybrake serve` in front of a sandbox Stripe. */
async function serve(): Promise<Served> {
  const sandbox = await startStripeSandbox({ secretKey: LIVE_SECRET, testSecretKey: TEST_SECRET });
  onTestFinished(() => sandbox.close());
  const cwd = await makeFolder({
    "keybrake.config.json": JSON.stringify({
      listen: "127.0.0.1:0",
      vendors: {
        stripe: {
          upstream: sandbox.url,
          credential: "env:STRIPE_SECRET_KEY",
          test_credential: "env:STRIPE_TEST_KEY",
          listen: "127.0.0.1:0",
        },
      },
    }),
  });
  const cli = startCli(["serve"], { cwd, env: ENVIRONMENT, secrets: SECRETS });
  const [, url = "", stripeUrl = ""] = await cli.waitFor(
    /^Keybrake listens on (http:\/\/127\.0\.0\.1:\d+), stripe on (http:\/\/127\.0\.0\.1:\d+)\n$/,
  );
  return { cli, cwd, sandbox, url, stripeUrl };
}

interface Issued {
  id: string;
  token: string;
}

function postKey(url: string, policy: object, path = "/v1/keys"): Promise<Response> {
  return fetch(`${url}${path}`, {
    method: "POST",
    headers: { Authorization: `Bearer ${TOKEN}`, "Content-Type": "application/json" },
    body: JSON.stringify(policy),
  });
}

async function issue(url: string, policy: object = {}): Promise<Issued> {
  const response = await postKey(url, {
    label: "tool/user-1/run-1",
    vendor: "stripe",
    allowed_endpoints: ["/v1/payment_intents", "/v1/payment_intents/*"],
    daily_usd_cap: 500,
    expires_in: "5m",
    ...policy,
  });
  expect(response.ok).toBe(true);
  return (await response.json()) as Issued;
}

function payForm(url: string, token: string, amount: number, customer?: string): Promise<Response> {
  return fetch(`${url}/stripe/v1/payment_intents`, {
    method: "POST",
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({
      amount: String(amount),
      currency: "usd",
      ...(customer === undefined ? {} : { customer }),
    }),
  });
}

function payJson(url: string, token: string, body: object): Promise<Response> {
  return fetch(`${url}/stripe/v1/payment_intents`, {
    method: "POST",
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
    body: JSON.stringify({ currency: "usd", ...body }),
  });
}

function revoke(url: string, id: string): Promise<Response> {
  return fetch(`${url}/v1/keys/${id}`, { method: "DELETE", headers: { Authorization: `Bearer ${TOKEN}` } });
}

async function createCustomer(sandbox: StripeSandbox): Promise<string> {
  const response = await fetch(`${sandbox.url}/v1/customers`, {
    method: "POST",
    headers: { Authorization: `Bearer ${LIVE_SECRET}` },
  });
  const { id } = (await response.json()) as { id: string };
  return id;
}

describe("the calls of the public guides", () => {
  it("issues, pays with a form, revokes", async () => {
    const { sandbox, url } = await serve();
    const customer = await createCustomer(sandbox);
    const key = await issue(url);
    expect(key).toMatchObject({
      id: expect.stringMatching(/^key_/),
      token: expect.stringMatching(/^vk_live_/),
    });

    const paid = await payForm(url, key.token, 2000, customer);
    expect(paid.status).toBe(200);
    expect(await paid.json()).toMatchObject({
      amount: 2000,
      customer,
      client_secret: expect.stringMatching(/^pi_/),
    });
    expect((await revoke(url, key.id)).status).toBe(200);
    const late = await payForm(url, key.token, 2000, customer);
    expect([late.status, await late.json()]).toMatchObject([401, { code: "key_revoked" }]);
    expect(sandbox.ledger().grossMinor).toEqual({ usd: 2000 });
  });

  it("takes a form whose content type fetch sets by itself", async () => {
    const { url } = await serve();
    const { token } = await issue(url);
    const response = await fetch(`${url}/stripe/v1/payment_intents`, {
      method: "POST",
      headers: { Authorization: `Bearer ${token}` },
      body: new URLSearchParams({ amount: "2000", currency: "usd" }),
    });
    expect([response.status, await response.json()]).toMatchObject([200, { amount: 2000 }]);
  });

  it("pays with JSON, nested parameters too", async () => {
    const { sandbox, url } = await serve();
    const customer = await createCustomer(sandbox);
    const { token } = await issue(url, { expires_in: "30m", daily_usd_cap: 5000 });
    const plain = await payJson(url, token, { amount: 2000, customer });
    expect([plain.status, await plain.json()]).toMatchObject([200, { amount: 2000, customer }]);
    const confirmed = await payJson(url, token, {
      amount: 1000,
      customer,
      confirm: true,
      automatic_payment_methods: { enabled: true },
    });
    expect([confirmed.status, await confirmed.json()]).toMatchObject([
      200,
      { amount: 1000, automatic_payment_methods: { enabled: true } },
    ]);
  });

  it("refuses over the cap with 429 and a code at the top of the body", async () => {
    const { sandbox, url } = await serve();
    const { token } = await issue(url);
    expect((await payForm(url, token, 49_000)).status).toBe(200);
    for (const refused of [await payForm(url, token, 2000), await payJson(url, token, { amount: 2000 })]) {
      expect([refused.status, await refused.json()]).toMatchObject([429, { code: "cap_exhausted" }]);
    }
    expect(sandbox.ledger().grossMinor).toEqual({ usd: 49_000 });
  });

  it("serves the older form of issuing, with an allowlist that names the method", async () => {
    const { url } = await serve();
    const policy = {
      vendor: "stripe",
      daily_usd_cap: 500.0,
      allowed_endpoints: ["POST /v1/payment_intents"],
      expires_in: "30m",
      agent_run_label: "billing-agent/17",
    };
    const response = await postKey(url, policy, "/vault/keys");
    const { vault_key: token } = (await response.json()) as { vault_key: string };
    expect((await payForm(url, token, 2000)).status).toBe(200);
    const read = await fetch(`${url}/stripe/v1/payment_intents`, {
      headers: { Authorization: `Bearer ${token}` },
    });
    expect([read.status, await read.json()]).toMatchObject([403, { code: "endpoint_not_allowed" }]);
  });

  it("charges where charges are allowed", async () => {
    const { url } = await serve();
    const { token } = await issue(url, {
      allowed_endpoints: ["/v1/charges", "/v1/charges/*"],
      expires_in: "10m",
    });
    const response = await fetch(`${url}/stripe/v1/charges`, {
      method: "POST",
      headers: { Authorization: `Bearer ${token}` },
      body: new URLSearchParams({ amount: "700", currency: "usd", source: "tok_visa" }),
    });
    expect([response.status, await response.json()]).toMatchObject([200, { amount: 700, paid: true }]);
    expect((await payForm(url, token, 700)).status).toBe(403);
  });

  it("serves a vendor on its own port, for SDKs that know no base path", async () => {
    const { url, stripeUrl } = await serve();
    const { token } = await issue(url);
    const response = await fetch(`${stripeUrl}/v1/payment_intents`, {
      method: "POST",
      headers: { Authorization: `Bearer ${token}` },
      body: new URLSearchParams({ amount: "2000", currency: "usd" }),
    });
    expect([response.status, await response.json()]).toMatchObject([200, { amount: 2000 }]);
  });
});

describe("ending", () => {
  async function callSlowly(kind: "slow" | "never"): Promise<Served & { answer: Promise<Response> }> {
    const served = await serve();
    const { sandbox, url } = served;
    sandbox.fail(kind === "slow" ? { kind: "delay", ms: 1000 } : { kind: "hang_before_effect" });
    const { token } = await issue(url);
    const answer = fetch(`${url}/stripe/v1/payment_intents`, {
      method: "POST",
      headers: { Authorization: `Bearer ${token}` },
      body: new URLSearchParams({ amount: "2000", currency: "usd" }),
    });
    await vi.waitUntil(() => sandbox.requests().length === 1, { timeout: 30_000 });
    return { ...served, answer };
  }

  it.each(["SIGTERM", "SIGINT"] as const)("lets a call at the vendor finish on %s", async (signal) => {
    const { cli, sandbox, answer } = await callSlowly("slow");
    cli.kill(signal);
    const response = await answer;
    expect([response.status, await response.json()]).toMatchObject([200, { amount: 2000 }]);
    expect(response.headers.get("keybrake-cost-usd")).toBe("20.00");
    expect(await cli.exitCode()).toBe(0);
    expect(cli.stdout()).toContain("Ending as soon as");
    expect(cli.stderr()).toBe("");
    expect(sandbox.ledger().grossMinor).toEqual({ usd: 2000 });
  });

  it("does not wait for readers of the audit stream", async () => {
    const { cli, url } = await serve();
    const stream = await fetch(`${url}/v1/audit/stream`, { headers: { Authorization: `Bearer ${TOKEN}` } });
    cli.kill("SIGTERM");
    expect(await stream.text()).toContain(": connected");
    expect(await cli.exitCode()).toBe(0);
  });

  it("ends at once on a second signal", async () => {
    const { cli, answer } = await callSlowly("never");
    const cut = expect(answer).rejects.toThrow();
    cli.kill("SIGINT");
    await cli.waitFor(/Ending as soon as/);
    cli.kill("SIGTERM");
    expect(await cli.exitCode()).toBe(130);
    await cut;
  });
});

it("speaks JSON lines to machines", async () => {
  const sandbox = await startStripeSandbox({ secretKey: LIVE_SECRET });
  onTestFinished(() => sandbox.close());
  const cwd = await makeFolder({
    "other.mjs": `export default ${JSON.stringify({
      listen: "127.0.0.1:0",
      vendors: { stripe: { upstream: sandbox.url, credential: "env:STRIPE_SECRET_KEY" } },
    })}`,
  });
  const cli = startCli(["serve", "--config", "other.mjs", "--json"], {
    cwd,
    env: ENVIRONMENT,
    secrets: SECRETS,
  });
  const [ready] = await cli.waitForEvents<{ url: string; vendors: object }>("ready");
  expect(ready.vendors).toEqual({});
  const { token } = await issue(ready.url);
  await payForm(ready.url, token, 2000);
  const [call] = await cli.waitForEvents("call");
  expect(call).toMatchObject({ label: "tool/user-1/run-1", status: 200, cost_usd: 20 });
  cli.kill("SIGTERM");
  await cli.waitForEvents("stopping");
  expect(await cli.exitCode()).toBe(0);
  expect(cli.stdout()).not.toContain(token);
});

describe("a wrong configuration", () => {
  const STRIPE = { credential: "env:STRIPE_SECRET_KEY" };
  const [withoutToken, withoutSecret] = [{ STRIPE_SECRET_KEY: LIVE_SECRET }, { KEYBRAKE_TOKEN: TOKEN }];

  it.each<{ what: string; config: unknown; env?: Record<string, string>; says: string }>([
    {
      what: "no Keybrake token",
      config: { vendors: { stripe: STRIPE } },
      env: withoutToken,
      says: "tokens[0].token: the environment variable KEYBRAKE_TOKEN is not set",
    },
    {
      what: "no credential",
      config: { vendors: { stripe: STRIPE } },
      env: withoutSecret,
      says: "vendors.stripe.credential: the environment variable STRIPE_SECRET_KEY is not set",
    },
    {
      what: "a wrong value",
      config: { vendors: { stripe: { ...STRIPE, upstream: "https://api.stripe.com/v1" } } },
      says: "vendors.stripe.upstream: must be an origin without a path",
    },
    {
      what: "an unknown field",
      config: { vendors: { stripe: { ...STRIPE, credentials: LIVE_SECRET } } },
      says: 'vendors.stripe: unknown field "credentials". Known fields: test_credential, account, test_account, credential, tenants, shared, upstream, listen, auth, prices, currency, identity, idempotency_header, replay_header, routes, allow_secret_endpoints',
    },
    {
      what: "an upstream that is no URL",
      config: { vendors: { stripe: { ...STRIPE, upstream: "stripe" } } },
      says: "vendors.stripe.upstream: must be an http or https URL",
    },
    {
      what: "a port that there is not",
      config: { listen: "127.0.0.1:70000", vendors: { stripe: STRIPE } },
      says: "listen: must have a port of at most 65535",
    },
    {
      what: "a store with a password that there is not",
      config: { store: `mongodb://user:${LIVE_SECRET}@host/0`, vendors: { stripe: STRIPE } },
      says: 'store: must be "memory", "sqlite:PATH" or "redis://HOST"',
    },
    {
      what: "two tenants on one credential, undecided",
      config: {
        tokens: ["acme", "globex"].map((tenant) => ({ name: tenant, tenant, token: `${TOKEN}_${tenant}` })),
        vendors: { stripe: STRIPE },
      },
      says: "vendors.stripe.shared: missing, and 2 tenants, such as acme, have no credential of their own. Add vendors.stripe.tenants.acme.credential, or set shared to true (such tenants use vendors.stripe.credential) or to false (they get no vault keys)",
    },
    { what: "no vendors", config: {}, says: "vendors: none is configured, so there is nothing to proxy" },
    {
      what: "empty vendors",
      config: { vendors: {} },
      says: "vendors: none is configured, so there is nothing to proxy",
    },
    {
      what: "no object",
      config: null,
      says: "keybrake.config.json holds no object",
    },
  ])("of $what is one sentence and exit code 2", async ({ config, env = ENVIRONMENT, says }) => {
    const cwd = await makeFolder({ "keybrake.config.json": JSON.stringify(config) });
    const cli = startCli(["serve"], { cwd, env, secrets: SECRETS });
    expect(await cli.exitCode()).toBe(2);
    expect(cli.stderr()).toBe(`keybrake: ${says}\n`);
    expect(cli.stdout()).toBe("");
  });

  it("of no file at all", async () => {
    const cwd = await makeFolder();
    const unnamed = startCli(["serve"], { cwd });
    const named = startCli(["serve", "--config", "prod.json"], { cwd });
    expect([await unnamed.exitCode(), await named.exitCode()]).toEqual([2, 2]);
    expect(unnamed.stderr()).toBe(
      "keybrake: there is no keybrake.config.json here, so name a file with --config FILE\n",
    );
    expect(named.stderr()).toBe("keybrake: prod.json does not exist\n");
  });

  it.each([
    ["{ vendors: {} }", /^keybrake: prod\.json is not valid JSON at line 1 column 3\n$/],
    [`{ "vendors": { "credential":${LIVE_SECRET} } }`, /^keybrake: prod\.json is not valid JSON\b[^\n"]*\n$/],
  ])("of invalid JSON, without a word of it: %s", async (text, says) => {
    const cwd = await makeFolder({ "prod.json": text });
    const cli = startCli(["serve", "-c", "prod.json"], { cwd, secrets: SECRETS });
    expect(await cli.exitCode()).toBe(2);
    expect(cli.stderr()).toMatch(says);
  });

  it("of an empty credential file", async () => {
    const config = { vendors: { stripe: { credential: "file:key" } } };
    const cwd = await makeFolder({ "keybrake.config.json": JSON.stringify(config), key: "\n" });
    const cli = startCli(["serve"], { cwd, env: ENVIRONMENT });
    expect(await cli.exitCode()).toBe(2);
    expect(cli.stderr()).toMatch(/^keybrake: vendors\.stripe\.credential: the secret is empty[^\n]*\n$/);
  });

  it("shows its stack where asked to", async () => {
    const cwd = await makeFolder();
    const cli = startCli(["serve"], { cwd, env: { DEBUG: "keybrake" } });
    expect(await cli.exitCode()).toBe(2);
    expect(cli.stderr()).toMatch(/^keybrake: there is no [^\n]+\nConfigError: [^\n]+\n {4}at /);
  });
});

it.each(["the proxy", "the vendor"])("says that the port of %s is in use", async (whose) => {
  const server = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const taken = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const [listen, own] = whose === "the proxy" ? [taken, "127.0.0.1:0"] : ["127.0.0.1:0", taken];
  const config = { listen, vendors: { stripe: { credential: "env:STRIPE_SECRET_KEY", listen: own } } };
  const cwd = await makeFolder({ "keybrake.config.json": JSON.stringify(config) });
  const cli = startCli(["serve"], { cwd, env: ENVIRONMENT, secrets: SECRETS });
  expect(await cli.exitCode()).toBe(1);
  expect(cli.stderr()).toBe(`keybrake: can't listen on ${taken}: the port is in use\n`);
});

it("says that another process has the ledger", async () => {
  const { cwd } = await serve();
  const second = startCli(["serve"], { cwd, env: ENVIRONMENT, secrets: SECRETS });
  expect(await second.exitCode()).toBe(1);
  expect(second.stderr()).toMatch(/^keybrake: another Keybrake process has [^\n]*keybrake\.db open\n$/);
});
