import { once } from "node:events";
import { createKeybrake } from "@keybrake/core";
import { startReferenceProxy } from "@keybrake/proxy/testing";
import { startStripeSandbox } from "@keybrake/sandbox";
import { expect, it, vi } from "vitest";
import { startDeno, startWorkerd } from "../../../tooling/runtimes.ts";

it.each([
  ["Deno", startDeno, "../test-support/deno-socket-program.ts"],
  ["workerd", startWorkerd, "../test-support/workerd-socket-program.ts"],
])("an upgrade to a WebSocket works in %s, and its key is gone by then", async (_name, start, program) => {
  const sandbox = await startStripeSandbox();
  const { keybrake, close } = await startReferenceProxy(sandbox);
  const { token, apiUrl } = keybrake.options;
  const running = await start(new URL(program, import.meta.url), {
    KEYBRAKE_TOKEN: token,
    KEYBRAKE_API_URL: apiUrl,
    KEYBRAKE_PROXY_URL: apiUrl,
  });
  try {
    const socket = new WebSocket(running.url.replace("http", "ws"));
    await once(socket, "open");
    const client = createKeybrake(keybrake.options);
    await vi.waitFor(
      async () =>
        expect((await client.listKeys()).data).toMatchObject([{ label: "socket", status: "revoked" }]),
      { timeout: 30_000 },
    );
    socket.send("hello");
    const [{ data }] = await once(socket, "message");
    expect(data).toBe("echo hello");
    socket.close();
    await once(socket, "close");
  } finally {
    await running.stop();
    await close();
    await sandbox.close();
  }
});
