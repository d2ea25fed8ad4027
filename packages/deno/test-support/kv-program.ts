/** Sessions, tenants and a queue in a Deno KV, at the beck and call of a test. */
import { createKeybrake, KeybrakeError, type Policy, type VaultKey } from "@keybrake/core";
import { denoKvKeyCache, getTenantClient, listenQueue } from "@keybrake/deno";
import { keyCacheStoreCases } from "@keybrake/testing/key-cache-store-cases";
import { createDenoKvStore } from "../src/deno-kv-key-cache.ts";

interface Message {
  work: "succeed" | "fail once" | "spend" | "spend and hide";
}

const read = (name: string): string => Deno.env.get(name) ?? "";
const kv = await Deno.openKv(read("KV_PATH"));
const where = { apiUrl: read("KEYBRAKE_API_URL"), proxyUrl: read("KEYBRAKE_API_URL") };
const client = createKeybrake({ ...where, token: read("KEYBRAKE_TOKEN") });
const sessions = denoKvKeyCache(kv, { client });
const policy: Policy = { label: "deno", vendor: "stripe", totalUsdCap: 50, expiresIn: "10m" };
const charge = { method: "POST", body: new URLSearchParams({ amount: "2000", currency: "usd" }) };

/** What the queue has done, in order. */
const log: { work: string; keyId?: string; refused?: string }[] = [];

async function handle({ work }: Message, key: VaultKey): Promise<void> {
  log.push({ work, keyId: key.id });
  const again = log.filter((entry) => entry.work === work && entry.keyId).length > 1;
  if (work === "fail once" && !again) throw new Error("mishap");
  while (work === "spend") await key.fetch("/v1/payment_intents", charge);
  while (work === "spend and hide") {
    await key.fetch("/v1/payment_intents", charge).catch(() => {
      throw new Error("order failed");
    });
  }
}

const onRefused = ({ code }: KeybrakeError, { work }: Message): void => {
  log.push({ work, refused: code });
};

if (read("LISTEN") !== "no") {
  listenQueue(kv, ({ work }: Message) => ({ ...policy, label: `queue-${work}` }), handle, {
    client,
    ...(read("LISTEN") === "by default" ? {} : { onRefused }),
  });
}

const routes: Record<string, (query: URLSearchParams) => unknown> = {
  "/store-cases": () =>
    Promise.all(
      keyCacheStoreCases.map(async ({ name, run }) => {
        const verdict = await run(createDenoKvStore(kv)).then(() => "passed", String);
        return [name, verdict];
      }),
    ),
  "/use": (query) =>
    sessions.use(query.get("session") ?? "", policy, async (key) => {
      const { status } = await key.rawFetch("/v1/payment_intents", charge);
      return { keyId: key.id, status };
    }),
  "/end": (query) => sessions.end(query.get("session") ?? ""),
  "/name-tenant": (query) =>
    kv.set(["tenants", query.get("tenant") ?? "", "keybrake_token"], query.get("token")),
  "/tenant": async (query) => {
    const keybrake = await getTenantClient(kv, query.get("tenant") ?? "", where);
    return keybrake.withVaultKey(policy, (key) => ({ keyId: key.id }));
  },
  "/enqueue": (query) => kv.enqueue({ work: query.get("work") }),
  "/log": () => log,
  "/entries": async () => {
    const entries: unknown[] = [];
    for await (const { key, value } of kv.list({ prefix: [] })) entries.push([key, value]);
    return entries;
  },
};

Deno.serve({ port: 0, hostname: "127.0.0.1" }, async (request) => {
  const { pathname, searchParams } = new URL(request.url);
  try {
    const told = (await routes[pathname]?.(searchParams)) ?? {};
    // Versionstamps and bigints are no JSON.
    return new Response(JSON.stringify(told, (_, value) => (typeof value === "bigint" ? `${value}` : value)));
  } catch (error) {
    if (KeybrakeError.isInstance(error)) return Response.json({ code: error.code });
    throw error;
  }
});
