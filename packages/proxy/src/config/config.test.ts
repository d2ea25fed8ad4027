import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { readConfigFile, resolveConfig } from "./config.ts";
import { ConfigError } from "./config-error.ts";
import { openLedger } from "./open-ledger.ts";

async function writeSecret(name: string, text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "keybrake-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, name);
  await writeFile(file, text);
  return file;
}

const CONFIG = { tokens: [{ name: "a", token: "kb_a" }], vendors: { stripe: { credential: "sk_live_1" } } };

it("fills in every default", () => {
  const config = resolveConfig(CONFIG, {});
  expect(config).toMatchObject({
    listen: { host: "127.0.0.1", port: 4242 },
    lookUp: true,
    maxBodyBytes: 1_048_576,
    upstreamTimeoutMs: 60_000,
    maxTtlSeconds: 86_400,
    maxLifetimeSeconds: 86_400,
  });
  expect(config.vendors.get("stripe")?.upstream).toBe("https://api.stripe.com");
});

it("says that it can't wait for the replicas of a cluster", () => {
  const store = "redis+cluster://127.0.0.1:6379";
  const config = resolveConfig({ ...CONFIG, store, redis: { wait_for_replicas: 1 } }, {});
  expect(() => openLedger(config)).toThrow(ConfigError);
  expect(() => openLedger(config)).toThrow(/^redis\.wait_for_replicas: /);
});

it("knows where a ledger is kept, and for how long", () => {
  const kept = { ...CONFIG, retention: "30d" };
  expect(resolveConfig({ ...kept, store: "sqlite:./a b.db" }, {})).toMatchObject({
    store: { kind: "sqlite", path: "./a b.db", synchronous: "full" },
    retentionMs: 30 * 86_400_000,
  });
  expect(resolveConfig({ ...kept, store: "sqlite:x.db?synchronous=normal" }, {})).toMatchObject({
    store: { kind: "sqlite", path: "x.db", synchronous: "normal" },
  });
  expect(resolveConfig(CONFIG, {}).store).toEqual({ kind: "memory" });
});

it("reads secrets from the environment and from files", async () => {
  const file = await writeSecret("secret", "sk_live_file\n");
  const environment = { KEYBRAKE_TOKEN: "kb_env", STRIPE: "sk_live_env" };
  const config = resolveConfig(
    { vendors: { stripe: { credential: "env:STRIPE", test_credential: `file:${file}` } } },
    environment,
  );
  expect(config.tokens.size).toBe(1);
  expect(JSON.stringify([...config.vendors.values()])).not.toContain("sk_live");
});

it.each<[string, object, RegExp]>([
  ["no vendors", { tokens: CONFIG.tokens }, /^vendors: /],
  [
    "an unknown field",
    { ...CONFIG, colour: "red" },
    /^the configuration: unknown field "colour". Known fields: listen,/,
  ],
  [
    "a typo in a field that is needed",
    { ...CONFIG, tokens: [{ name: "a", tokn: "kb_a" }] },
    /^tokens\[0\]: unknown field "tokn". Known fields: .*\btoken\b/,
  ],
  [
    "a typo in a value",
    { ...CONFIG, vendors: { stripe: { credential: "s", routes: [{ match: "/a", price: "fre" }] } } },
    /^vendors\.stripe\.routes\[0\]\.price: must be "free" or "unpriced" or "secret"$/,
  ],
  [
    "a field without a value",
    { tokens: [{ name: "a" }], vendors: {} },
    /^tokens\[0\]\.token: is missing: set it to a string$/,
  ],
  ["a value of another type", { ...CONFIG, look_up: "yes" }, /^look_up: must be true or false$/],
  [
    "an empty value",
    { ...CONFIG, vendors: { stripe: { credential: "" } } },
    /^vendors\.stripe\.credential: must not be empty$/,
  ],
  [
    "half of a credential",
    { ...CONFIG, vendors: { stripe: { credential: { client_id: "a" } } } },
    /^vendors\.stripe\.credential\.client_secret: is missing/,
  ],
  [
    "a name in capitals",
    { ...CONFIG, vendors: { Stripe: { credential: "s" } } },
    /^vendors\.Stripe: must be a name of lower-case/,
  ],
  [
    "too small a number",
    { ...CONFIG, limits: { body_bytes: 1 } },
    /^limits\.body_bytes: must be at least 1024$/,
  ],
  ["an unset variable", { vendors: CONFIG.vendors }, /KEYBRAKE_TOKEN is not set/],
  [
    "a missing file",
    { ...CONFIG, vendors: { stripe: { credential: "file:/nowhere/x" } } },
    /vendors\.stripe\.credential: .*can't be read/,
  ],
  [
    "a secret with a line break",
    { ...CONFIG, vendors: { stripe: { credential: "sk\nlive" } } },
    /vendors\.stripe\.credential: the secret/,
  ],
  [
    "a secret of spaces",
    { ...CONFIG, vendors: { stripe: { credential: "  " } } },
    /vendors\.stripe\.credential: the secret/,
  ],
  ["a port beyond the last", { ...CONFIG, listen: "127.0.0.1:70000" }, /^listen: /],
  ["an address without a port", { ...CONFIG, listen: "localhost" }, /^listen: /],
  [
    "the same token twice",
    { ...CONFIG, tokens: [...CONFIG.tokens, { name: "b", token: "kb_a" }] },
    /same token/,
  ],
  ["a reserved name", { ...CONFIG, vendors: { v1: { credential: "s" } } }, /taken by the control API/],
  [
    "a vendor nobody knows",
    { ...CONFIG, vendors: { acme: { credential: "s" } } },
    /^vendors\.acme: not built in/,
  ],
  [
    "an upstream with a path",
    { ...CONFIG, vendors: { stripe: { credential: "s", upstream: "https://a.b/c" } } },
    /origin/,
  ],
  [
    "an upstream of another protocol",
    { ...CONFIG, vendors: { stripe: { credential: "s", upstream: "file:///etc" } } },
    /http or https/,
  ],
  ["a rate of nothing", { ...CONFIG, fx: { EUR: 0 } }, /^fx/],
  [
    "two ways to price",
    {
      ...CONFIG,
      vendors: {
        stripe: { credential: "s", routes: [{ match: "POST /a", price: "free", per_call_usd: 1 }] },
      },
    },
    /routes\[0\]: give exactly one/,
  ],
  [
    "an amount without a scale",
    { ...CONFIG, vendors: { stripe: { credential: "s", routes: [{ match: "POST /a", amount: "/a" }] } } },
    /scale/,
  ],
  ["a store nobody has", { ...CONFIG, store: "mongodb://x:canary@y" }, /^store: must be "memory"/],
  ["SQLite nowhere", { ...CONFIG, store: "sqlite:?synchronous=full" }, /^store: .* the path of a file$/],
  [
    "a setting SQLite has not",
    { ...CONFIG, store: "sqlite:x.db?mode=canary" },
    /^store: "synchronous" is all/,
  ],
  [
    "a wrong setting of SQLite",
    { ...CONFIG, store: "sqlite:x.db?synchronous=off" },
    /^store: synchronous must be/,
  ],
  ["a time that is none", { ...CONFIG, retention: "a year" }, /^retention: /],
])("names %s, and shows no value", (_name, config, message) => {
  expect(() => resolveConfig(config, {})).toThrow(message);
  expect(() => resolveConfig(config, {})).not.toThrow(/sk_|kb_a|canary/);
});

it("refuses an empty secret file", async () => {
  const file = await writeSecret("secret", "\n");
  const config = { ...CONFIG, vendors: { stripe: { credential: `file:${file}` } } };
  expect(() => resolveConfig(config, {})).toThrow(/vendors\.stripe\.credential: the secret/);
});

it("reads a file of JSON, and says where it is broken without quoting it", async () => {
  const good = await writeSecret("keybrake.config.json", JSON.stringify(CONFIG));
  expect(await readConfigFile(good)).toEqual(CONFIG);
  const bad = await writeSecret(
    "broken.json",
    '{"vendors": {"stripe": {"credential": "sk_live_canary" "x"}}}',
  );
  const failed = readConfigFile(bad);
  await expect(failed).rejects.toThrow(/is not valid JSON/);
  await expect(failed).rejects.not.toThrow(/canary/);
  await expect(readConfigFile("/nowhere/keybrake.config.json")).rejects.toThrow(/does not exist/);
});
