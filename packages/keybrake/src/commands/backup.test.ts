import { copyFile, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startStripeSandbox } from "@keybrake/sandbox";
import { expect, it, onTestFinished } from "vitest";
import { makeFolder, startCli } from "../testing/start-cli.ts";

const TOKEN = "kb_only_for_this_test";
const LIVE_SECRET = "sk_live_only_for_this_test";
const env = { KEYBRAKE_TOKEN: TOKEN, STRIPE_SECRET_KEY: LIVE_SECRET };

/** So many calls that the copy takes more than one step. */
const PAID = 80;

interface Served {
  url: string;
  cwd: string;
  kill(): void;
}

async function serve(upstream: string, files: Record<string, string> = {}): Promise<Served> {
  const vendors = { stripe: { upstream, credential: "env:STRIPE_SECRET_KEY" } };
  const config = JSON.stringify({ listen: "127.0.0.1:0", vendors });
  const cwd = await makeFolder({ "keybrake.config.json": config });
  for (const [name, from] of Object.entries(files)) await copyFile(from, join(cwd, name));
  const cli = startCli(["serve"], { cwd, env });
  const [, url = ""] = await cli.waitFor(/^Keybrake listens on (\S+)\n/);
  return { url, cwd, kill: () => cli.kill("SIGKILL") };
}

async function control<Answer>(url: string, path: string, body?: object): Promise<Answer> {
  const response = await fetch(`${url}${path}`, {
    headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
    ...(body ? { method: "POST", body: JSON.stringify(body) } : {}),
  });
  expect(response.ok).toBe(true);
  return (await response.json()) as Answer;
}

async function pay(url: string, token: string): Promise<number> {
  const { status } = await fetch(`${url}/stripe/v1/payment_intents`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}` },
    body: new URLSearchParams({ amount: "100", currency: "usd" }),
  });
  return status;
}

interface KeyAnswer {
  id: string;
  token: string;
  spend: { total_usd: number; held_usd: number };
}

it("copies the ledger while calls are made, and a proxy goes on from the copy", async () => {
  const sandbox = await startStripeSandbox({ secretKey: LIVE_SECRET });
  onTestFinished(() => sandbox.close());
  const { url, cwd, kill } = await serve(sandbox.url);
  const policy = { label: "backup", vendor: "stripe", total_usd_cap: 500, expires_in: "1h" };
  const key = await control<KeyAnswer>(url, "/v1/keys", policy);
  let copied = false;
  const load = Promise.all(
    Array.from({ length: 4 }, async () => {
      while (!copied) await pay(url, key.token);
    }),
  );
  while ((await control<KeyAnswer>(url, `/v1/keys/${key.id}`)).spend.total_usd < PAID);
  const cli = startCli(["backup", "--json", "copy.db"], { cwd });
  expect(await cli.exitCode()).toBe(0);
  copied = true;
  await load;
  const [done] = await cli.waitForEvents<{ file: string; bytes: number }>("done");
  const { size, mode } = await stat(join(cwd, "copy.db"));
  expect(done).toMatchObject({ file: "copy.db", bytes: size });
  expect(mode & 0o777).toBe(0o600);
  expect(await cli.waitForEvents("progress")).not.toHaveLength(0);
  expect((await readdir(cwd)).filter((name) => name.includes("partial"))).toEqual([]);
  const atTheEnd = await control<KeyAnswer>(url, `/v1/keys/${key.id}`);
  kill();

  const restored = await serve(sandbox.url, { "keybrake.db": join(cwd, "copy.db") });
  const { spend } = await control<KeyAnswer>(restored.url, `/v1/keys/${key.id}`);
  expect(spend.total_usd + spend.held_usd).toBeGreaterThanOrEqual(PAID);
  expect(spend.total_usd).toBeLessThanOrEqual(atTheEnd.spend.total_usd);
  expect(await pay(restored.url, key.token)).toBe(200);
});

it("does not replace a file, but where it is told to", async () => {
  const sandbox = await startStripeSandbox({ secretKey: LIVE_SECRET });
  onTestFinished(() => sandbox.close());
  const { cwd } = await serve(sandbox.url);
  await writeFile(join(cwd, "copy.db"), "precious");
  const refused = startCli(["backup", "copy.db"], { cwd });
  expect(await refused.exitCode()).toBe(2);
  expect(refused.stderr()).toBe("keybrake: copy.db exists; --force replaces it\n");
  const forced = startCli(["backup", "--force", "copy.db"], { cwd });
  expect(await forced.exitCode()).toBe(0);
  expect(forced.stdout()).toMatch(/^The ledger is copied to copy\.db, \d+ bytes\.\n$/);
});

it.each([
  { store: undefined, says: "./keybrake.db does not exist", code: 1 },
  { store: "memory", says: 'store: only a ledger in SQLite is a file; this one is "memory"', code: 2 },
  { store: "sqlite:./keybrake.config.json", says: "./keybrake.config.json can't be backed up: ", code: 1 },
])("says why it copies nothing from $store", async ({ store, says, code }) => {
  const cwd = await makeFolder({ "keybrake.config.json": JSON.stringify({ store }) });
  const cli = startCli(["backup", "copy.db"], { cwd });
  expect(await cli.exitCode()).toBe(code);
  expect(cli.stderr()).toContain(`keybrake: ${says}`);
  expect(await readdir(cwd)).toEqual(["keybrake.config.json"]);
});
