import { createKeybrake, type IssuePolicy } from "@keybrake/core";
import { HttpResponse, http } from "msw";
import { setupServer } from "msw/node";
import { expect, it } from "vitest";
import { createKeybrakeServer } from "./index.ts";

// Not with setupKeybrake(): these servers come and go within a test.
const policy: IssuePolicy = { label: "agent/7", vendor: "stripe", uncapped: true };

it("sets the environment while it listens, and puts it back", () => {
  process.env.KEYBRAKE_TOKEN = "kb_before";
  delete process.env.KEYBRAKE_API_URL;
  const server = createKeybrakeServer();
  server.listen();
  expect([process.env.KEYBRAKE_TOKEN, process.env.KEYBRAKE_API_URL]).toEqual([server.token, server.apiUrl]);
  server.close();
  expect([process.env.KEYBRAKE_TOKEN, process.env.KEYBRAKE_API_URL]).toEqual(["kb_before", undefined]);
});

it("can be elsewhere, with its proxy on the same origin", async () => {
  const origin = "http://localhost:4242";
  const server = createKeybrakeServer({ token: "kb_elsewhere", apiUrl: origin, proxyUrl: origin });
  server.listen();
  server.vendor("stripe", () => new Response("ok"));
  const key = await server.client().issue(policy);
  expect(key.baseUrl).toBe(`${origin}/stripe`);
  expect(await (await key.fetch("/v1/charges")).text()).toBe("ok");
  server.close();
});

it("lends its handlers to an msw server that is already there", async () => {
  const keybrake = createKeybrakeServer();
  const msw = setupServer(
    ...keybrake.handlers,
    http.get("https://example.com/", () => HttpResponse.text("mine")),
  );
  msw.listen({ onUnhandledFrame: "error" });
  await createKeybrake({ token: keybrake.token }).withVaultKey(policy, () => "done");
  expect(keybrake.revoked).toHaveLength(1);
  expect(await (await fetch("https://example.com/")).text()).toBe("mine");
  msw.close();
});

it("hands on what it does not know, where told to", async () => {
  const server = createKeybrakeServer({ onUnhandledFrame: "bypass" });
  server.listen();
  // The reserved name can't be resolved: the request went out, and msw did not stop it.
  await expect(fetch("https://nowhere.invalid/")).rejects.toMatchObject({
    cause: { syscall: "getaddrinfo" },
  });
  server.close();
});
