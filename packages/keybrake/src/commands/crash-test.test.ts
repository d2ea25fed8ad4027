import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { BREAKAGES, startProxy } from "../testing/broken-proxies.ts";
import { type Cli, startCli } from "../testing/start-cli.ts";

const TOKEN = "kb_only_for_this_test";

interface VerdictEvent {
  name: string;
  verdict: "held" | "broken" | "not shown";
  detail: string;
}

/** A port that was free a moment ago: the proxy must be told of it before the command listens there. */
async function findPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

async function attack(breakage?: (typeof BREAKAGES)[keyof typeof BREAKAGES]): Promise<Cli> {
  const port = await findPort();
  const url = await startProxy(`http://127.0.0.1:${port}`, TOKEN, breakage);
  return startCli(["crash-test", "--port", String(port), "--json"], {
    env: { KEYBRAKE_API_URL: url, KEYBRAKE_TOKEN: TOKEN },
    secrets: [TOKEN],
  });
}

async function expectVerdicts(cli: Cli, expected: Record<string, string>): Promise<void> {
  await cli.waitForEvents("summary");
  const events = await cli.waitForEvents<VerdictEvent>("verdict", 10);
  const verdicts = Object.fromEntries(events.map(({ name, verdict }) => [name, verdict]));
  const details = events.map(({ name, detail }) => `${name}: ${detail}`).join("\n");
  expect(verdicts, details).toMatchObject(expected);
  expect(Object.keys(verdicts)).toHaveLength(10);
}

const ALL_HELD = {
  concurrency: "held",
  budget: "held",
  drop: "held",
  duplicate: "held",
  revoke: "held",
  expiry: "held",
  "refused, then retried": "held",
  abort: "held",
  "time-out": "held",
  "kill -9": "not shown",
};

it("finds that our own proxy holds what it promises", async () => {
  const cli = await attack();
  await expectVerdicts(cli, ALL_HELD);
  expect(await cli.waitForEvents("summary")).toEqual([
    { event: "summary", held: 9, broken: 0, not_shown: 1 },
  ]);
  expect(await cli.exitCode()).toBe(0);
});

it("attacks a proxy of its own with nothing set up", async () => {
  const cli = startCli(["crash-test", "--self"]);
  expect(await cli.exitCode()).toBe(0);
  expect(cli.stdout()).toMatch(/^HELD {7}concurrency .*\n9 held, 0 broken, 1 not shown\n$/s);
  expect(cli.stdout()).toContain("NOT SHOWN  kill -9");
  expect(cli.stderr()).toBe("");
});

it.each<[keyof typeof BREAKAGES, string[]]>([
  ["the cap is checked after the call", ["concurrency"]],
  ["a hold is released on a time-out", ["drop", "time-out"]],
  ["a revocation is cached", ["revoke"]],
])("finds a proxy broken where %s", async (breakage, broken) => {
  const cli = await attack(BREAKAGES[breakage]);
  await expectVerdicts(cli, {
    ...Object.fromEntries(broken.map((name) => [name, "broken"])),
    expiry: "held",
  });
  expect(await cli.exitCode()).toBe(1);
});

it("ends with what is to be configured where its vendor is not", async () => {
  const url = await startProxy("http://127.0.0.1:9", TOKEN);
  const cli = startCli(["crash-test", "--port", "0", "--api-url", url], { env: { KEYBRAKE_TOKEN: TOKEN } });
  expect(await cli.exitCode()).toBe(2);
  expect(cli.stderr()).toMatch(
    /^keybrake: a first call through the proxy did not reach the counting vendor at http:\S+: 502 upstream_unreachable\n$/,
  );
  expect(cli.stdout()).toContain('"idempotency_header": "Idempotency-Key"');
});

it("ends with one sentence where the token or the address is wrong", async () => {
  const url = await startProxy("http://127.0.0.1:9", TOKEN);
  const other = startCli(["crash-test", "--json", "--port", "0", "--api-url", url, "--token", "kb_other"]);
  const nobody = startCli([
    "crash-test",
    "--json",
    "--port",
    "0",
    "--api-url",
    "http://127.0.0.1:9",
    "--token",
    "kb",
  ]);
  expect([await other.exitCode(), await nobody.exitCode()]).toEqual([2, 2]);
  expect(other.stderr()).toMatch(/^keybrake: POST \/v1\/keys at \S+ answered 401 invalid_token: [^\n]+\n$/);
  expect(nobody.stderr()).toMatch(/^keybrake: http:\/\/127\.0\.0\.1:9 can't be reached: [^\n]+\n$/);
});
