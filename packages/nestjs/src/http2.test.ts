import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { type ClientHttp2Session, connect } from "node:http2";
import { createKeybrake, type Keybrake, type VaultKey } from "@keybrake/core";
import { startReferenceProxy } from "@keybrake/proxy/testing";
import { startStripeSandbox } from "@keybrake/sandbox";
import { Controller, Get } from "@nestjs/common";
import { FastifyAdapter } from "@nestjs/platform-fastify";
import { expect, it, onTestFinished, vi } from "vitest";
import { createGate } from "../test-support/gate.ts";
import { startNest } from "../test-support/start-nest.ts";
import { InjectVaultKey, UseVaultKey } from "./index.ts";

const platform = { createAdapter: () => new FastifyAdapter({ http2: true }) };

const ran = vi.fn();

@Controller()
class Tools {
  @Get()
  @UseVaultKey({ label: "agent/7", vendor: "stripe", uncapped: true })
  show(@InjectVaultKey() key: VaultKey): string {
    ran();
    return key.id;
  }
}

/** A client of a real proxy: the mocked one would take hold of HTTP/2 connections too. */
async function startKeybrake(fetchAtProxy: typeof fetch = fetch): Promise<Keybrake> {
  const sandbox = await startStripeSandbox();
  onTestFinished(() => sandbox.close());
  const { keybrake, close } = await startReferenceProxy(sandbox);
  onTestFinished(close);
  return createKeybrake({ ...keybrake.options, fetch: fetchAtProxy });
}

/** The ids of the keys, once they all are revoked. */
function revokedKeys(client: Keybrake): Promise<string[]> {
  return vi.waitFor(
    async () => {
      const { data } = await client.listKeys();
      expect(data.map(({ status }) => status)).toEqual(["revoked"]);
      return data.map(({ id }) => id);
    },
    { timeout: 5_000 },
  );
}

/** A connection to an application, until the end of the test. */
async function connectTo(url: string): Promise<ClientHttp2Session> {
  const session = connect(url);
  onTestFinished(() => session.destroy());
  await once(session, "connect");
  return session;
}

it("revokes when the response is over, over HTTP/2", async () => {
  const client = await startKeybrake();
  const { app } = await startNest(platform, { controllers: [Tools] }, { client });
  const session = await connectTo(await app.getUrl());
  const [id] = await session.request({ ":path": "/" }).setEncoding("utf8").toArray();
  expect(await revokedKeys(client)).toEqual([id]);
});

it("revokes and runs nothing where the caller left while the key was issued, over HTTP/2", async () => {
  ran.mockClear();
  const asked = createGate();
  const answer = createGate();
  const left = createGate();
  const client = await startKeybrake(async (input, init) => {
    if (init?.method === "POST") {
      asked.open();
      await answer.opened;
    }
    return fetch(input, init);
  });
  const { app } = await startNest(platform, { controllers: [Tools] }, { client }, (configured) =>
    configured.use((_req: unknown, res: ServerResponse, next: () => void) => {
      res.on("close", left.open);
      next();
    }),
  );
  const session = await connectTo(await app.getUrl());
  const request = session.request({ ":path": "/" });
  await asked.opened;
  request.close();
  await left.opened;
  answer.open();
  await revokedKeys(client);
  expect(ran).not.toHaveBeenCalled();
});
