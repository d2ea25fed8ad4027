import { beforeEach, describe, expect, it, vi } from "vitest";
import { breaks, createFakeApi, issuedKey } from "../test-support/fake-api.ts";
import {
  createKeybrake,
  createKeyScope,
  type IssuePolicy,
  type Keybrake,
  type KeybrakeEvent,
  KeyRevokedError,
  type VaultKey,
  VaultKeyUnavailableError,
} from "./index.ts";

const stripe: IssuePolicy = { label: "run-7", vendor: "stripe", totalUsdCap: 20 };
const twilio: IssuePolicy = { label: "run-7", vendor: "twilio", uncapped: true };

let api: ReturnType<typeof createFakeApi>;
let client: Keybrake;

beforeEach(() => {
  api = createFakeApi();
  client = createKeybrake({ token: "kb", fetch: api.fetch, retry: { attempts: 0, delayMs: 0 } });
});

const issued = (): number => api.askedFor(/^POST \/v1\/keys$/).length;
const revoked = (): string[] => api.askedFor(/^DELETE /).map(({ url }) => url.pathname.slice(9));

describe("createKeyScope", () => {
  it("issues nothing before a key is asked for", async () => {
    await createKeyScope(stripe, { client }).end();
    expect(api.asked).toEqual([]);
  });

  it("issues one key for all who ask at once, and for all later", async () => {
    const scope = createKeyScope<"a" | "b">(stripe, { client });
    const keys = await Promise.all([scope.keyFor("a"), scope.keyFor("a"), scope.keyFor("b")]);
    keys.push(await scope.keyFor("b"));
    expect(new Set(keys.map(({ id }) => id)).size).toBe(1);
    expect(issued()).toBe(1);
    await scope.end();
    expect(revoked()).toEqual(["key_1"]);
  });

  it("issues one key for each policy", async () => {
    const scope = createKeyScope((name) => ({ ...(name === "sms" ? twilio : stripe) }), { client });
    const [charge, sms, refund] = await Promise.all(["charge", "sms", "refund"].map(scope.keyFor));
    expect([charge?.vendor, sms?.vendor]).toEqual(["stripe", "twilio"]);
    expect(refund).toBe(charge);
    await scope.end();
    expect(revoked().sort()).toEqual(["key_1", "key_2"]);
  });

  it("asks for the policy of a name once, so that a name has one cap", async () => {
    let times = 0;
    const scope = createKeyScope(() => ({ ...stripe, metadata: { times: String(++times) } }), { client });
    expect(await scope.keyFor("charge")).toBe(await scope.keyFor("charge"));
    expect(times).toBe(1);
    await scope.end();
  });

  it("tries again after a failure", async () => {
    const scope = createKeyScope(stripe, { client });
    api.next(breaks);
    await expect(scope.keyFor("charge")).rejects.toBeInstanceOf(VaultKeyUnavailableError);
    expect((await scope.keyFor("charge")).id).toBe("key_1");
    await scope.end();
    expect(revoked()).toEqual(["key_1"]);
  });

  it("hands on the error of the policy", async () => {
    const mishap = new Error("no such customer");
    const scope = createKeyScope(() => Promise.reject(mishap), { client });
    await expect(scope.keyFor("charge")).rejects.toBe(mishap);
    await scope.end();
    expect(api.asked).toEqual([]);
  });

  it("gives out no key after its end, and issues none", async () => {
    const scope = createKeyScope(stripe, { client });
    await scope.keyFor("charge");
    await scope.end();
    await expect(scope.keyFor("charge")).rejects.toBeInstanceOf(KeyRevokedError);
    expect(issued()).toBe(1);
  });

  it("revokes a key that was being issued when it ended, and gives it to nobody", async () => {
    let answer = (_key: Response): void => {};
    api.next(() => new Promise((resolve) => (answer = resolve)));
    const scope = createKeyScope(stripe, { client });
    const asking = scope.keyFor("charge");
    await vi.waitFor(() => expect(issued()).toBe(1));
    const ending = scope.end();
    answer(Response.json(issuedKey({ id: "key_1" }), { status: 201 }));
    await expect(asking).rejects.toBeInstanceOf(KeyRevokedError);
    await ending;
    expect(revoked()).toEqual(["key_1"]);
  });

  it("issues nothing for a policy that was being told when it ended", async () => {
    let tell = (_policy: IssuePolicy): void => {};
    const scope = createKeyScope(() => new Promise((resolve) => (tell = resolve)), { client });
    const asking = scope.keyFor("charge");
    await scope.end();
    tell(stripe);
    await expect(asking).rejects.toBeInstanceOf(KeyRevokedError);
    expect(api.asked).toEqual([]);
  });

  it("ends without an error where a key can't be revoked, and tells onRevokeError", async () => {
    const failures: VaultKey[] = [];
    const scope = createKeyScope(stripe, { client, onRevokeError: (_error, key) => failures.push(key) });
    const key = await scope.keyFor("charge");
    api.next(breaks);
    await scope.end();
    expect(failures).toEqual([key]);
  });

  it("reports a warning it is ended with, for each of its keys", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    const events: KeybrakeEvent[] = [];
    const observed = createKeybrake({
      token: "kb",
      fetch: api.fetch,
      onEvent: (event) => events.push(event),
    });
    const scope = createKeyScope(stripe, { client: observed });
    await scope.keyFor("charge");
    await scope.end({ code: "unread_body", message: "nobody read" });
    await scope.end({ code: "unread_body", message: "nobody read" });
    expect(events.filter(({ type }) => type === "warning")).toEqual([
      { type: "warning", keyId: "key_1", label: "run-7", code: "unread_body", message: "nobody read" },
    ]);
    expect(warn).toHaveBeenCalledOnce();
    expect(revoked()).toEqual(["key_1"]);
    warn.mockRestore();
  });

  it("ends as often as it is told to, with one revocation", async () => {
    const scope = createKeyScope(stripe, { client });
    await scope.keyFor("charge");
    await Promise.all([scope.end(), scope.end()]);
    expect(revoked()).toEqual(["key_1"]);
  });
});
