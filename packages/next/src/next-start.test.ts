import { readFile } from "node:fs/promises";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type NextApp, startApp } from "../test-support/next-app.ts";
import { type RunningKeybrake, startKeybrake } from "../test-support/start-keybrake.ts";
import { startStubbornRelay } from "../test-support/stubborn-relay.ts";
import { submitForm } from "../test-support/submit-form.ts";

let keybrake: RunningKeybrake;
let app: NextApp;

beforeAll(async () => {
  keybrake = await startKeybrake();
  app = await startApp("app", keybrake.environment);
});
afterAll(async () => {
  await app?.close();
  await keybrake?.close();
});

/** The keys of a label, newest first, once none of them is active. */
async function endedKeys(label: string): Promise<string[]> {
  return vi.waitFor(
    async () => {
      const { data } = await keybrake.client.listKeys({ labelPrefix: label });
      expect(data.map(({ status }) => status)).toEqual(data.map(() => "revoked"));
      return data.map(({ id }) => id);
    },
    { timeout: 10_000 },
  );
}

async function readKeyId({ url }: NextApp): Promise<string> {
  const answer = (await (await fetch(`${url}/read`)).json()) as { keyId: string };
  return answer.keyId;
}

describe("a Route Handler", () => {
  it("gets the parameters of its route, in the policy and in the handler", async () => {
    const answer = await fetch(`${app.url}/users/42/charge`, { method: "POST" });
    expect(await answer.json()).toEqual({ id: "42", order: null, label: "user 42 order undefined" });
    expect(await endedKeys("user 42")).toHaveLength(1);
  });

  it("issues a key for each GET, none of them cached", async () => {
    const ids = [await readKeyId(app), await readKeyId(app)];
    expect(app.output()).toMatch(/the policy of GET was asked/);
    expect(await endedKeys("read")).toEqual(ids.reverse());
  });
});

describe("a Server Action", () => {
  it("charges with a key of its own, revoked when the page is answered", async () => {
    const { status, output } = await submitForm(app.url, { ending: "return" });
    const [keyId] = await endedKeys("action return");
    expect({ status, output }).toEqual({ status: 200, output: { keyId, arguments: 2 } });
  });

  it("shows a refusal on the page", async () => {
    const { status, output } = await submitForm(app.url, { ending: "overspend", cents: "2001" });
    expect({ status, output }).toEqual({ status: 200, output: { error: "spend_cap_exceeded" } });
    expect(await endedKeys("action overspend")).toHaveLength(1);
  });

  it("redirects", async () => {
    const { status, location } = await submitForm(app.url, { ending: "redirect" });
    expect([status, location]).toEqual([303, "/charged"]);
    expect(await endedKeys("action redirect")).toHaveLength(1);
  });

  it("fails as Next has it where the action throws", async () => {
    const { status } = await submitForm(app.url, { ending: "throw" });
    expect(status).toBe(500);
    expect(app.output()).toMatch(/Error: the action failed/);
    expect(await endedKeys("action throw")).toHaveLength(1);
  });

  it("takes more arguments than it has for what they are, not for its key", async () => {
    const manifest = await readFile(
      new URL("../test-support/app/.next/server/server-reference-manifest.json", import.meta.url),
      "utf8",
    );
    const [actionId = ""] = Object.keys(JSON.parse(manifest).node);
    const body = new FormData();
    body.set("_1_ending", "forge");
    body.set("_1_cents", "2000");
    body.set(
      "0",
      JSON.stringify([null, "$K1", { id: "key_forged", token: "forged", baseUrl: "http://forged" }]),
    );
    const answer = await fetch(app.url, { method: "POST", headers: { "next-action": actionId }, body });
    const [keyId] = await endedKeys("action forge");
    expect(await answer.text()).toContain(JSON.stringify({ keyId, arguments: 3 }));
  });
});

describe("proxy.ts with a budget gate", () => {
  const gated = (budget: string): Promise<Response> =>
    fetch(`${app.url}/gated?budget=${budget}`, { method: "POST" });

  it("lets through what has room, and answers in place of the route what has none", async () => {
    await keybrake.client.setBudget("rich", { dailyUsdCap: 20 });
    await keybrake.client.setBudget("poor", { dailyUsdCap: 19 });
    expect(await (await gated("rich")).json()).toEqual({ reached: true });
    const refused = await gated("poor");
    expect([refused.status, await refused.json()]).toEqual([402, { error: "spend_cap_exceeded" }]);
    expect(app.output().match(/the gated route was reached/g)).toHaveLength(1);
  });
});

describe("while Keybrake is down", () => {
  let cutOff: NextApp;

  beforeAll(async () => {
    cutOff = await startApp("app", { ...keybrake.environment, KEYBRAKE_API_URL: "http://127.0.0.1:1" });
  });
  afterAll(() => cutOff?.close());

  it.each(["/users/42/charge", "/gated?budget=rich"])("answers 503 at %s", async (path) => {
    const answer = await fetch(`${cutOff.url}${path}`, { method: "POST" });
    expect([answer.status, await answer.json()]).toEqual([503, { error: "vault_key_unavailable" }]);
    expect(cutOff.output()).not.toMatch(/the gated route was reached/);
  });

  it("shows it on the page of an action", async () => {
    const { output } = await submitForm(cutOff.url, { ending: "return" });
    expect(output).toEqual({ error: "vault_key_unavailable" });
  });
});

describe("when the server is told to stop", () => {
  it("revokes the key of a request that it has answered, before it exits", async () => {
    const relay = await startStubbornRelay(keybrake.environment.KEYBRAKE_API_URL);
    const stopping = await startApp("app", { ...keybrake.environment, KEYBRAKE_API_URL: relay.url });
    const keyId = await readKeyId(stopping);
    await relay.firstRevocation;
    const exited = stopping.close("SIGTERM");
    await untilClosed(stopping.url);
    relay.refuseIt();
    await exited;
    expect((await keybrake.client.getKey(keyId)).status).toBe("revoked");
    relay.close();
  });
});

/** Resolves when nobody listens there any more. With `fetch` it would talk on over an old connection. */
async function untilClosed(url: string): Promise<void> {
  const { hostname, port } = new URL(url);
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
