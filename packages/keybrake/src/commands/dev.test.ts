import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it, onTestFinished } from "vitest";
import { startCli } from "../testing/start-cli.ts";

const ANY_PORTS = ["--port", "0", "--stripe-port", "0"];
const CURL = fileURLToPath(new URL("../testing/curl.ts", import.meta.url));

interface Ready {
  env: { KEYBRAKE_TOKEN: string; KEYBRAKE_API_URL: string; KEYBRAKE_PROXY_URL: string };
  sandbox: { url: string; ledger_url: string };
}

/** Pastes lines into a shell whose `curl` needs no curl. */
async function paste(lines: string): Promise<string> {
  const script = `curl() { "$NODE" "$CURL" "$@"; }\n${lines}`;
  const environment = { PATH: process.env.PATH, NODE: process.execPath, CURL };
  const { stdout } = await promisify(execFile)("sh", ["-euc", script], { env: environment, timeout: 30_000 });
  return stdout;
}

async function takePort(): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  return String((server.address() as AddressInfo).port);
}

/** The sandbox's own keys, as the proxy has sent them. */
async function readSandboxKeys(sandboxUrl: string): Promise<string[]> {
  const response = await fetch(`${sandboxUrl}/_sandbox/requests`);
  const requests = (await response.json()) as { headers: { authorization: string } }[];
  return requests.map(({ headers }) => headers.authorization.replace("Bearer ", ""));
}

it("prints lines that work as they are pasted, and then each call", async () => {
  const cli = startCli(["dev", ...ANY_PORTS]);
  await cli.waitFor(/Ctrl\+C to end/);
  const lines = cli.stdout().match(/^ {2}.*$/gm) ?? [];
  const environment = lines.filter((line) => line.startsWith("  export "));
  const setUp = lines.slice(0, -1).join("\n");
  const call = lines.at(-1) ?? "";

  expect(environment.map((line) => line.replace(/=.*/, ""))).toEqual([
    "  export KEYBRAKE_TOKEN",
    "  export KEYBRAKE_API_URL",
    "  export KEYBRAKE_PROXY_URL",
  ]);
  const answers = await paste(
    `${setUp}\n${call}; echo\n${call}; echo\n${call}; echo\nprintf %s "$VAULT_KEY"`,
  );
  const [first = "", second = "", third = "", vaultKey = ""] = answers.split("\n");
  expect(JSON.parse(first)).toMatchObject({ object: "payment_intent", amount: 2000, currency: "usd" });
  expect(JSON.parse(second)).toMatchObject({ object: "payment_intent", amount: 2000, currency: "usd" });
  expect(JSON.parse(third)).toMatchObject({ code: "cap_exhausted" });
  expect(vaultKey).toMatch(/^vk_live_/);

  await cli.waitFor(/cap_exhausted\n/);
  const [, calls = ""] = cli.stdout().split("(Ctrl+C to end):\n\n");
  expect(calls.replace(/^\d\d:\d\d:\d\d/gm, "hh:mm:ss").split("\n")).toEqual([
    "hh:mm:ss  200  POST    /stripe/v1/payment_intents  demo  $20.00",
    "hh:mm:ss  200  POST    /stripe/v1/payment_intents  demo  $20.00",
    "hh:mm:ss  429  POST    /stripe/v1/payment_intents  demo  cap_exhausted",
    "",
  ]);

  const ledgerUrl = (await cli.waitFor(/http:\S+\/_sandbox\/ledger/))[0];
  const ledger = await (await fetch(ledgerUrl)).json();
  expect(ledger).toMatchObject({ executedCalls: 2, grossMinor: { usd: 4000 } });
  const sandboxKeys = await readSandboxKeys(new URL(ledgerUrl).origin);
  expect(sandboxKeys).toHaveLength(2);
  for (const secret of [...sandboxKeys, vaultKey]) expect(cli.stdout() + cli.stderr()).not.toContain(secret);
});

it("speaks JSON lines to machines", async () => {
  const cli = startCli(["dev", ...ANY_PORTS, "--json"]);
  const [{ env, sandbox }] = await cli.waitForEvents<Ready>("ready");
  const issued = await fetch(`${env.KEYBRAKE_API_URL}/v1/keys`, {
    method: "POST",
    headers: { authorization: `Bearer ${env.KEYBRAKE_TOKEN}` },
    body: JSON.stringify({ label: "run 1", vendor: "stripe", mode: "test", daily_usd_cap: 1 }),
  });
  const key = (await issued.json()) as { id: string; token: string };
  for (const amount of ["75", "50"]) {
    await fetch(`${env.KEYBRAKE_PROXY_URL}/stripe/v1/payment_intents`, {
      method: "POST",
      headers: { authorization: `Bearer ${key.token}` },
      body: new URLSearchParams({ amount, currency: "usd" }),
    });
  }

  const calls = await cli.waitForEvents("call", 2);
  const common = {
    key_id: key.id,
    label: "run 1",
    vendor: "stripe",
    method: "POST",
    path: "/v1/payment_intents",
  };
  expect(calls).toMatchObject([
    { ...common, status: 200, code: null, cost_usd: 0.75 },
    { ...common, status: 429, code: "cap_exhausted", cost_usd: 0 },
  ]);
  const ledger = await (await fetch(sandbox.ledger_url)).json();
  expect(ledger).toMatchObject({ executedCalls: 1, entries: [{ livemode: false }] });
  const [sandboxKey = ""] = await readSandboxKeys(sandbox.url);
  expect(sandboxKey).toMatch(/^sk_test_sandbox_/);
  expect(cli.stdout()).not.toContain(sandboxKey);
});

it("goes on where nobody reads its output any more", async () => {
  const cli = startCli(["dev", ...ANY_PORTS, "--json"]);
  const [{ env }] = await cli.waitForEvents<Ready>("ready");
  cli.stopReading();
  for (const path of ["/stripe/v1/balance", "/stripe/v1/balance", "/healthz"]) {
    const { status } = await fetch(`${env.KEYBRAKE_PROXY_URL}${path}`);
    expect(status).toBe(path === "/healthz" ? 200 : 401);
  }
  cli.kill("SIGTERM");
  expect(await cli.exitCode()).toBe(0);
  expect(cli.stderr()).toBe("");
});

it("makes a new token each time", async () => {
  const tokens = await Promise.all(
    [1, 2].map(async () => {
      const [{ env }] = await startCli(["dev", ...ANY_PORTS, "--json"]).waitForEvents<Ready>("ready");
      return env.KEYBRAKE_TOKEN;
    }),
  );
  expect(new Set(tokens).size).toBe(2);
});

it("prints URLs that can be called where it listens on every address", async () => {
  const cli = startCli(["dev", ...ANY_PORTS, "--json", "--host", "0.0.0.0"]);
  const [{ env, sandbox }] = await cli.waitForEvents<Ready>("ready");
  expect([env.KEYBRAKE_API_URL, env.KEYBRAKE_PROXY_URL, sandbox.url]).toEqual(
    Array(3).fill(expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/)),
  );
});

it.each(["SIGINT", "SIGTERM"] as const)("ends with 0 on %s", async (signal) => {
  const cli = startCli(["dev", ...ANY_PORTS]);
  await cli.waitFor(/Ctrl\+C to end/);
  cli.kill(signal);
  expect(await cli.exitCode()).toBe(0);
  expect(cli.stderr()).toBe("");
});

it.each([
  { of: "the proxy", option: "--port", other: "--stripe-port" },
  { of: "the sandbox", option: "--stripe-port", other: "--port" },
])("says that the port of $of is in use", async ({ option, other }) => {
  const port = await takePort();
  const cli = startCli(["dev", option, port, other, "0"]);
  expect(await cli.exitCode()).toBe(1);
  expect(cli.stderr()).toBe(`keybrake: can't listen on 127.0.0.1:${port}: the port is in use\n`);
  expect(cli.stdout()).toBe("");
});
