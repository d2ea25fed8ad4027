import { describe, expect, onTestFinished, test, vi } from "vitest";
import {
  type Fault,
  type Sandbox,
  type SandboxOptions,
  startResendSandbox,
  startShopifySandbox,
  startStripeSandbox,
  startTwilioSandbox,
} from "./index.ts";

/** A sandbox, and one call to it that costs something. */
interface Started {
  readonly sandbox: Sandbox;
  readonly path: string;
  /** Sends it under an idempotency key, in whatever way the vendor takes one. */
  spend(key?: string): Promise<Response>;
}

interface VendorCase {
  readonly vendor: string;
  /** Whether the vendor heeds idempotency keys. */
  readonly idempotent: boolean;
  start(options?: SandboxOptions): Promise<Started>;
}

function post(
  sandbox: Sandbox,
  path: string,
  headers: Record<string, string>,
  body: string | URLSearchParams,
): Promise<Response> {
  return fetch(`${sandbox.url}${path}`, { method: "POST", headers, body });
}

const vendors: readonly VendorCase[] = [
  {
    vendor: "stripe",
    idempotent: true,
    async start(options) {
      const sandbox = await startStripeSandbox(options);
      const path = "/v1/charges";
      const form = new URLSearchParams({ amount: "2000", currency: "usd", source: "tok_visa" });
      const authorization = `Bearer ${sandbox.secretKey}`;
      const spend = (key = "k1") => post(sandbox, path, { authorization, "idempotency-key": key }, form);
      return { sandbox, path, spend };
    },
  },
  {
    vendor: "twilio",
    idempotent: false,
    async start(options) {
      const sandbox = await startTwilioSandbox(options);
      const path = `/2010-04-01/Accounts/${sandbox.accountSid}/Messages.json`;
      const form = new URLSearchParams({ To: "+14155550100", From: "+15005550006", Body: "hi" });
      const authorization = `Basic ${btoa(`${sandbox.accountSid}:${sandbox.authToken}`)}`;
      const spend = (key = "k1") => post(sandbox, path, { authorization, "idempotency-key": key }, form);
      return { sandbox, path, spend };
    },
  },
  {
    vendor: "resend",
    idempotent: true,
    async start(options) {
      const sandbox = await startResendSandbox(options);
      const path = "/emails";
      const email = { from: "a@example.com", to: "b@example.com", subject: "Hi", text: "Hi" };
      const authorization = `Bearer ${sandbox.apiKey}`;
      const spend = (key = "k1") =>
        post(sandbox, path, { authorization, "idempotency-key": key }, JSON.stringify(email));
      return { sandbox, path, spend };
    },
  },
  {
    vendor: "shopify",
    idempotent: true,
    async start(options) {
      const sandbox = await startShopifySandbox(options);
      const path = "/admin/api/2026-10/graphql.json";
      const headers = {
        "x-shopify-access-token": sandbox.accessToken,
        "content-type": "application/json",
      };
      const query = `mutation Card($key: String!) {
        giftCardCreate(input: { initialValue: "20.00" }) @idempotent(key: $key) { giftCardCode userErrors { message } }
      }`;
      const spend = (key = "k1") =>
        post(sandbox, path, headers, JSON.stringify({ query, variables: { key } }));
      return { sandbox, path, spend };
    },
  },
];

describe.each(vendors)("$vendor", ({ vendor, idempotent, start }) => {
  async function startForTest(options?: SandboxOptions): Promise<Started> {
    const started = await start(options);
    onTestFinished(() => started.sandbox.close());
    return started;
  }

  test("keeps who did what under which key", async () => {
    const { sandbox, spend } = await startForTest();
    expect((await spend("order-1")).ok).toBe(true);
    expect(sandbox.ledger()).toMatchObject({
      entries: [
        { vendor, kind: expect.any(String), objectId: expect.any(String), idempotencyKey: "order-1" },
      ],
      executedCalls: 1,
    });
  });

  test("does the work once for one key, if it heeds keys", async () => {
    const { sandbox, spend } = await startForTest();
    const answers = [await spend(), await spend()];
    const [first, second] = await Promise.all(answers.map((answer) => answer.text()));
    expect(sandbox.ledger().executedCalls).toBe(idempotent ? 1 : 2);
    expect(first === second).toBe(idempotent);
  });

  test.each<Fault>([
    { kind: "status", status: 503 },
    { kind: "status", status: 400, body: { own: true } },
    { kind: "status", status: 502, body: "<html>bad gateway</html>" },
    { kind: "reset_before_effect", times: 2 },
  ])("does nothing under $kind", async (fault) => {
    const { sandbox, spend } = await startForTest();
    sandbox.fail(fault);
    const outcome = await spend().then(
      (response) => response.status,
      () => "reset",
    );
    expect(outcome).toBe(fault.kind === "status" ? fault.status : "reset");
    expect(sandbox.ledger()).toMatchObject({ entries: [], executedCalls: 0 });
  });

  test.each<Fault>([
    { kind: "status_after_effect", status: 500 },
    { kind: "broken_json" },
    { kind: "slow_body", ms: 1 },
  ])("does the work under $kind", async (fault) => {
    const { sandbox, spend } = await startForTest();
    sandbox.fail(fault);
    const response = await spend();
    expect(response.ok).toBe(fault.kind !== "status_after_effect");
    const text = await response.text();
    if (fault.kind === "broken_json") expect(() => JSON.parse(text)).toThrow(SyntaxError);
    else expect(JSON.parse(text)).toEqual(expect.any(Object));
    expect(sandbox.ledger().executedCalls).toBe(1);
    await spend();
    expect(sandbox.ledger().executedCalls).toBe(idempotent ? 1 : 2);
  });

  test("loses its answer after the work", async () => {
    const { sandbox, spend } = await startForTest();
    sandbox.fail({ kind: "reset_after_effect" });
    await spend().catch(() => "reset");
    expect(sandbox.ledger().executedCalls).toBeGreaterThan(0);
    expect(sandbox.ledger().executedCalls).toBe(idempotent ? 1 : sandbox.requests().length);
  });

  test.each([
    ["hang_before_effect", 0],
    ["hang_after_effect", 1],
  ] as const)("never answers under %s", async (kind, executedCalls) => {
    const { sandbox, spend } = await startForTest();
    sandbox.fail({ kind });
    const hanging = spend().catch(() => "cut");
    await vi.waitFor(() => expect(sandbox.requests()).toHaveLength(1));
    await vi.waitFor(() => expect(sandbox.ledger().executedCalls).toBe(executedCalls));
    await sandbox.close();
    expect(await hanging).toBe("cut");
  });

  test("can be late", async () => {
    const { sandbox, spend } = await startForTest({ latencyMs: 1 });
    sandbox.fail({ kind: "delay", ms: 1 });
    expect((await spend()).ok).toBe(true);
    expect(sandbox.ledger().executedCalls).toBe(1);
  });

  test("takes faults by path, and forgets everything at a reset", async () => {
    const { path, sandbox, spend } = await startForTest();
    sandbox.fail({ kind: "status", status: 500, times: 9, match: { method: "POST", path } });
    sandbox.fail({ kind: "status", status: 500, times: 9, match: { path: "/elsewhere" } });
    expect((await spend()).status).toBe(500);
    sandbox.reset();
    expect((await spend()).ok).toBe(true);
    sandbox.reset();
    expect(sandbox.ledger()).toEqual({ entries: [], grossMinor: {}, grossMicroUsd: 0, executedCalls: 0 });
    expect(sandbox.requests()).toEqual([]);
    await spend();
    expect(sandbox.ledger().executedCalls).toBe(1);
  });

  test("tells its ledger over HTTP", async () => {
    const { sandbox, spend } = await startForTest();
    await spend();
    const ledger = await (await fetch(`${sandbox.url}/_sandbox/ledger`)).json();
    expect(ledger).toEqual(sandbox.ledger());
  });

  test("adds up many calls at once", async () => {
    const { sandbox, spend } = await startForTest();
    await Promise.all(Array.from({ length: 100 }, (_, at) => spend(`k${at}`)));
    const { entries, executedCalls, grossMicroUsd, grossMinor } = sandbox.ledger();
    expect(executedCalls).toBe(100);
    expect(grossMicroUsd).toBe(entries.reduce((sum, { amountMicroUsd = 0 }) => sum + amountMicroUsd, 0));
    expect(grossMinor.usd ?? 0).toBe(entries.reduce((sum, { addedMinor }) => sum + addedMinor, 0));
    expect(grossMicroUsd + (grossMinor.usd ?? 0)).toBeGreaterThan(0);
  });
});
