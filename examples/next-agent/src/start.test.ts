import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";

const EXAMPLE = fileURLToPath(new URL("..", import.meta.url));

let child: ChildProcess;
let printed = "";
let url: string;

beforeAll(async () => {
  const { MODEL: _model, ...env } = process.env;
  child = spawn("npm", ["start", "--silent"], { cwd: EXAMPLE, env: { ...env, PORT: "0" }, detached: true });
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      printed += text;
    });
  }
  await vi.waitUntil(() => /Ready/.test(printed) || child.exitCode !== null, { timeout: 300_000 });
  url = /Local: +(http\S+)/.exec(printed)?.[1] ?? "";
  expect(printed).toMatch(/Ready/);
  // It builds the packages and the app first.
}, 300_000);
afterAll(() => {
  // All that it started, where a test has not ended it.
  if (child.exitCode === null && child.signalCode === null) process.kill(-(child.pid ?? 0), "SIGKILL");
});

const readPage = async (): Promise<string> => (await fetch(url)).text();

async function readBudget(): Promise<Record<string, string>> {
  const rows = (await readPage()).matchAll(/<dt>(Spent|Held|Left)<\/dt><dd>(.*?)<\/dd>/g);
  return Object.fromEntries([...rows].map(([, name, usd]) => [name, usd]));
}

/** As a browser without JavaScript does it. Resolves with what the page says then. */
async function submitCharge(customer: string, amountCents: number): Promise<string> {
  const form = new FormData();
  for (const [input] of (await readPage()).matchAll(/<input[^>]*>/g)) {
    const [, name = ""] = / name="([^"]*)"/.exec(input) ?? [];
    const [, value = ""] = / value="([^"]*)"/.exec(input) ?? [];
    form.set(name, value.replaceAll("&quot;", '"'));
  }
  form.set("customer", customer);
  form.set("amountCents", String(amountCents));
  const page = await (await fetch(url, { method: "POST", body: form })).text();
  return /<p role="status">(.*?)<\/p>/.exec(page)?.[1] ?? "";
}

function callTool(amountCents: number): Promise<Response> {
  return fetch(`${url}/api/tools/charge`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-agent-run-id": "run-7" },
    body: JSON.stringify({ customer: "Dora", amountCents }),
  });
}

describe("npm start", () => {
  it("issues no key while it builds", () => {
    expect(printed).toContain("vault keys issued meanwhile: 0");
  });

  it("serves a page that anybody can read", async () => {
    const page = await readPage();
    expect(page).toContain('<html lang="en">');
    expect(page).toContain("<title>What the agents may spend</title>");
    expect(page.match(/<h1>/g)).toHaveLength(1);
    for (const [input] of page.matchAll(/<input(?![^>]*type="hidden")[^>]*>/g)) {
      expect(page).toMatch(new RegExp(`<label>[^<]+${input}`));
    }
    expect(page).toContain('<meter aria-label="Used"');
    expect(await readBudget()).toEqual({ Spent: "0.00 USD", Held: "0.00 USD", Left: "100.00 USD" });
    expect(page).toContain("<p>None yet.</p>");
  });

  it("charges through the tool route and reads through the other, each with a key of its own", async () => {
    const charged = (await (await callTool(1000)).json()) as { id: string };
    expect(charged).toEqual({ id: expect.stringMatching(/^pi_/), customer: "Dora", amountCents: 1000 });
    const payments = await (await fetch(`${url}/api/tools/payments`)).json();
    expect(payments).toEqual([{ id: charged.id, amountCents: 1000 }]);
    expect((await readBudget()).Left).toBe("90.00 USD");
  });

  it("charges through the form's action", async () => {
    expect(await submitCharge("Emil", 1500)).toMatch(/^Charged Emil 15\.00 USD \(pi_\w+\)$/);
    expect((await readBudget()).Left).toBe("75.00 USD");
  });

  it("streams the agent's run, until the run's cap ends it", async () => {
    const response = await fetch(`${url}/api/agent`, { method: "POST" });
    const lines = (await response.text()).split("\n");
    expect(lines[0]).toBe("I charge Ada.");
    expect(lines.filter((line) => line.includes('"id":"pi_'))).toHaveLength(2);
    expect(lines.filter((line) => line.startsWith("  Refused: spend_cap_exceeded"))).toHaveLength(1);
    expect((await readBudget()).Left).toBe("40.00 USD");
  });

  it("refuses what the budget has no room for, everywhere, and says so on the page", async () => {
    const tool = await callTool(4001);
    expect([tool.status, await tool.json()]).toEqual([402, { error: "spend_cap_exceeded" }]);
    expect(await submitCharge("Fay", 4001)).toBe("Refused: spend_cap_exceeded");
    expect(await submitCharge("Fay", 3500)).toMatch(/^Charged Fay/);
    const gated = await fetch(`${url}/api/agent`, { method: "POST" });
    expect([gated.status, await gated.json()]).toEqual([402, { error: "spend_cap_exceeded" }]);
    const page = await readPage();
    expect(page).toContain("<caption>The latest five</caption>");
    expect([...page.matchAll(/<td>(billing-agent|run-7|page)\/ada<\/td>/g)].map(([, who]) => who)).toEqual([
      "page",
      "run-7",
      "billing-agent",
    ]);
  });

  it("shows no secret, and ends with all that it started", async () => {
    expect(printed + (await readPage())).not.toMatch(/vk_(live|test)_|sk_|kb_example/);
    const proxyUrl = /proxy +(http\S+),/.exec(printed)?.[1] ?? "";
    process.kill(-(child.pid ?? 0), "SIGTERM");
    await once(child, "exit");
    await untilClosed(new URL(url));
    await untilClosed(new URL(proxyUrl));
  });
});

async function untilClosed({ hostname, port }: URL): Promise<void> {
  const isOpen = (): Promise<boolean> =>
    new Promise((resolve) => {
      const socket = connect(Number(port), hostname);
      socket.once("error", () => resolve(false));
      socket.once("connect", () => {
        socket.destroy();
        resolve(true);
      });
    });
  await vi.waitUntil(async () => !(await isOpen()), { timeout: 60_000 });
}
