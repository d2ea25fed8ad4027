// In real Deno, against the real proxy.
import { createKeybrake, type Keybrake } from "@keybrake/core";
import { createProxy } from "@keybrake/proxy";
import { startStripeSandbox } from "@keybrake/sandbox";
import { keyCacheStoreCases } from "@keybrake/testing/key-cache-store-cases";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { createKvFile, type KvFile, type KvProgram } from "../test-support/start-kv-program.ts";

const TOKENS = { acme: "kb_acme_5ecret_token", globex: "kb_globex_5ecret_token" };

let sandbox: Awaited<ReturnType<typeof startStripeSandbox>>;
let proxy: ReturnType<typeof createProxy>;
let apiUrl: string;
let acme: Keybrake;
let globex: Keybrake;

beforeAll(async () => {
  sandbox = await startStripeSandbox();
  proxy = createProxy(
    {
      listen: "127.0.0.1:0",
      tokens: Object.entries(TOKENS).map(([tenant, token]) => ({ name: tenant, tenant, token })),
      vendors: { stripe: { upstream: sandbox.url, credential: sandbox.secretKey, shared: true } },
    },
    { environment: {} },
  );
  apiUrl = (await proxy.listen()).url;
  acme = createKeybrake({ apiUrl, token: TOKENS.acme });
  globex = createKeybrake({ apiUrl, token: TOKENS.globex });
});
afterAll(async () => {
  await proxy?.close({ graceMs: 0 });
  await sandbox?.close();
});

const statusOf = async (id: string): Promise<string> => (await acme.getKey(id)).status;
const eventually = (check: () => Promise<void>): Promise<void> => vi.waitFor(check, { timeout: 30_000 });

describe("denoKvKeyCache", () => {
  let file: KvFile;
  let one: KvProgram;
  let other: KvProgram;

  beforeAll(async () => {
    file = await createKvFile();
    [one, other] = await Promise.all([
      file.start({ apiUrl, token: TOKENS.acme }),
      file.start({ apiUrl, token: TOKENS.acme }),
    ]);
  });
  afterAll(() => file?.[Symbol.asyncDispose]());

  it("keeps its sessions in a store that does what a store must do", async () => {
    expect(await one.ask("/store-cases")).toEqual(keyCacheStoreCases.map(({ name }) => [name, "passed"]));
  });

  it("gives processes one key and one cap, also where all begin at once", async () => {
    const calls = await Promise.all(
      Array.from({ length: 10 }, (_, index) => (index % 2 ? one : other).ask("/use?session=shared")),
    );
    calls.push(await one.ask("/use?session=shared"), await other.ask("/use?session=shared"));
    // The local KV is SQLite, which refuses a process while another one writes. No key, so no call.
    const [served, refused] = [calls.filter(({ keyId }) => keyId), calls.filter(({ code }) => code)];
    for (const { code } of refused) expect(code).toBe("vault_key_unavailable");
    const [{ keyId }] = served;
    expect(new Set(served.map((call) => call.keyId))).toEqual(new Set([keyId]));
    // 50 USD have room for two charges of 20.
    expect(served.filter(({ status }) => status === 200)).toHaveLength(2);
    const { data } = await acme.listKeys({ labelPrefix: "deno", status: "active" });
    expect(data.map(({ id }) => id)).toEqual([keyId]);
  });

  it("ends a session for all of them", async () => {
    const { keyId } = await one.ask("/use?session=ended");
    await other.ask("/end?session=ended");
    expect(await statusOf(keyId)).toBe("revoked");
    const next = await one.ask("/use?session=ended");
    expect(next.keyId).not.toBe(keyId);
    expect(next.status).toBe(200);
  });

  it("gives a new key after one that was revoked by somebody", async () => {
    const { keyId } = await one.ask("/use?session=killed");
    await acme.revokeKeys({ labelPrefix: "deno" });
    expect(await one.ask("/use?session=killed")).toEqual({ keyId, status: 401 });
    const next = await other.ask("/use?session=killed");
    expect(next.keyId).not.toBe(keyId);
    expect(next.status).toBe(200);
  });

  it("shares nothing between tenants, on one KV and under one name", async () => {
    const { keyId } = await one.ask("/use?session=same-name");
    const foreign = await file.start({ apiUrl, token: TOKENS.globex });
    const their = await foreign.ask("/use?session=same-name");
    expect((await globex.getKey(their.keyId)).status).toBe("active");
    await foreign.ask("/end?session=same-name");
    expect(await statusOf(keyId)).toBe("active");
  });

  it("leaves nothing readable in the KV or on the console", async () => {
    await one.ask("/use?session=alice@example.com");
    const entries = await one.ask("/entries");
    expect(entries.length).toBeGreaterThan(0);
    const text = [JSON.stringify(entries), one.printed(), other.printed()].join("\n");
    for (const secret of ["vk_", "key_", "alice", "stripe", TOKENS.acme]) expect(text).not.toContain(secret);
  });
});

describe("getTenantClient", () => {
  it("issues with the tenant's own token, as the KV has it now, and with no other", async () => {
    await using file = await createKvFile();
    const program = await file.start({ apiUrl, token: TOKENS.acme });
    expect(await program.ask("/tenant?tenant=globex")).toEqual({ code: "missing_token" });
    await program.ask(`/name-tenant?tenant=globex&token=${TOKENS.globex}`);
    const { keyId } = await program.ask("/tenant?tenant=globex");
    expect((await globex.getKey(keyId)).status).toBe("revoked");
    await expect(acme.getKey(keyId)).rejects.toMatchObject({ code: "not_found" });
    await program.ask("/name-tenant?tenant=globex&token=");
    expect(await program.ask("/tenant?tenant=globex")).toEqual({ code: "missing_token" });
    await program.ask("/name-tenant?tenant=globex&token=kb_wrong");
    expect(await program.ask("/tenant?tenant=globex")).toEqual({ code: "invalid_token" });
    expect(program.printed()).not.toContain(TOKENS.globex);
  });
});

describe("listenQueue", () => {
  let file: KvFile;
  let program: KvProgram;

  beforeEach(async () => {
    file = await createKvFile();
    program = await file.start({ apiUrl, token: TOKENS.acme }, "with onRefused");
    return () => file[Symbol.asyncDispose]();
  });

  it("gives each message a key of its own, revoked when its work has ended", async () => {
    await Promise.all(Array.from({ length: 20 }, () => program.ask("/enqueue?work=succeed")));
    await eventually(async () => expect(await program.ask("/log")).toHaveLength(20));
    const ids: string[] = (await program.ask("/log")).map(({ keyId }: { keyId: string }) => keyId);
    expect(new Set(ids).size).toBe(20);
    for (const id of ids) {
      await eventually(async () => expect(await statusOf(id)).toBe("revoked"));
      expect((await acme.getKey(id)).label).toBe("queue-succeed");
    }
  });

  it("leaves a message that failed to Deno, which delivers it again, with another key", async () => {
    await program.ask("/enqueue?work=fail once");
    await eventually(async () => expect(await program.ask("/log")).toHaveLength(2));
    const [first, second] = await program.ask("/log");
    expect(second.keyId).not.toBe(first.keyId);
    await eventually(async () => expect(await statusOf(second.keyId)).toBe("revoked"));
    expect(await statusOf(first.keyId)).toBe("revoked");
    expect(program.printed()).toContain("mishap");
  });

  it.each(["spend", "spend and hide"])(
    "does not start a message again that has spent its cap, one key, one cap: %s",
    async (work) => {
      const before = sandbox.ledger().grossMinor.usd ?? 0;
      await program.ask(`/enqueue?work=${work}`);
      await eventually(async () => expect(await program.ask("/log")).toHaveLength(2));
      // Deno delivers what failed again after 100 ms; the message that comes after shows that it had its time.
      await program.ask("/enqueue?work=fail once");
      await eventually(async () => expect(await program.ask("/log")).toHaveLength(4));
      const [delivery, refusal] = await program.ask("/log");
      expect(refusal).toEqual({ work, refused: "cap_exhausted" });
      expect(await statusOf(delivery.keyId)).toBe("revoked");
      expect((sandbox.ledger().grossMinor.usd ?? 0) - before).toBe(4000);
    },
  );

  it("says on the console, without the message, that one was refused, where nobody else is told", async () => {
    await program.stop();
    const silent = await file.start({ apiUrl, token: TOKENS.acme }, "by default");
    await silent.ask("/enqueue?work=spend");
    await eventually(async () => expect(silent.printed()).toMatch(/a message was refused \(cap_exhausted\)/));
    await silent.ask("/enqueue?work=fail once");
    await eventually(async () => expect(await silent.ask("/log")).toHaveLength(3));
    expect(silent.printed()).not.toMatch(/spend|vk_/);
  });

  it("has a message delivered again that could not get a key, and does not run its work without one", async () => {
    await program.stop();
    const lost = await file.start({ apiUrl: "http://127.0.0.1:1", token: TOKENS.acme }, "with onRefused");
    await lost.ask("/enqueue?work=succeed");
    await eventually(async () => expect(lost.printed()).toContain("VaultKeyUnavailableError"));
    expect(await lost.ask("/log")).toEqual([]);
    await lost.stop();
    const back = await file.start({ apiUrl, token: TOKENS.acme }, "with onRefused");
    await eventually(async () => expect(await back.ask("/log")).toHaveLength(1));
  });
});
