import type { StripeSandbox } from "@keybrake/sandbox";
import { expect } from "vitest";
import { type Cli, makeFolder, startCli } from "./start-cli.ts";

/** A proxy whose process can be killed, and that is then there again at another port. */
export interface MortalProxy {
  /** Resolves while it is there. */
  getUrl(): Promise<string>;
  killAndStart(): Promise<void>;
  control(method: string, path: string, body?: object): Promise<unknown>;
}

/** Starts `keybrake serve` in front of a Stripe, with its ledger where `store` says. */
export async function createMortalProxy(
  sandbox: StripeSandbox,
  {
    store,
    cwd,
    secrets,
  }: { store: string; cwd?: string | undefined; secrets: { token: string; stripe: string } },
): Promise<MortalProxy> {
  const config = {
    listen: "127.0.0.1:0",
    store,
    vendors: { stripe: { upstream: sandbox.url, credential: "env:STRIPE_SECRET_KEY" } },
    limits: { upstream_timeout_ms: 2000 },
  };
  const folder = await makeFolder({ "kill-nine.json": JSON.stringify(config) });
  let cli: Cli | undefined;

  async function start(): Promise<string> {
    cli = startCli(["serve", "--config", `${folder}/kill-nine.json`], {
      cwd: cwd ?? folder,
      env: { KEYBRAKE_TOKEN: secrets.token, STRIPE_SECRET_KEY: secrets.stripe },
      secrets: Object.values(secrets),
    });
    const [, url = ""] = await cli.waitFor(/^Keybrake listens on (\S+)\n/);
    return url;
  }

  let url = start();
  return {
    getUrl: () => url,
    async killAndStart() {
      const dead = cli;
      dead?.kill("SIGKILL");
      url = Promise.resolve(dead?.exitCode()).then(start);
      await url;
    },
    async control(method, path, body) {
      const response = await fetch(`${await url}${path}`, {
        method,
        headers: { authorization: `Bearer ${secrets.token}`, "content-type": "application/json" },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
      expect(response.ok, `${method} ${path}`).toBe(true);
      return response.json();
    },
  };
}
