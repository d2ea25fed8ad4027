import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { breaks, createFakeApi, refusal } from "../test-support/fake-api.ts";
import {
  createKeybrake,
  type IssuePolicy,
  type Keybrake,
  KeybrakeError,
  type KeybrakeEvent,
  resolvePolicy,
  type VaultKey,
  withVaultKey,
} from "./index.ts";

const policy: IssuePolicy = { label: "agent/7", vendor: "stripe", uncapped: true, expiresIn: "10m" };

let api: ReturnType<typeof createFakeApi>;
let events: KeybrakeEvent[];
let client: Keybrake;

beforeEach(() => {
  api = createFakeApi();
  events = [];
  client = createKeybrake({
    token: "kb",
    fetch: api.fetch,
    retry: { attempts: 0, delayMs: 0 },
    onEvent: (event) => events.push(event),
  });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const revocations = (): number => api.askedFor(/^DELETE /).length;
const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

describe("withVaultKey", () => {
  it("issues before, revokes after, and hands on the result", async () => {
    const result = await client.withVaultKey(policy, async (key) => {
      expect(api.asked).toHaveLength(1);
      await key.fetch("/v1/charges");
      expect(revocations()).toBe(0);
      return { id: key.id };
    });
    expect(result).toEqual({ id: "key_1" });
    expect(api.askedFor(/^DELETE \/v1\/keys\/key_1$/)).toHaveLength(1);
    expect(events.map(({ type }) => type)).toEqual(["issued", "revoked"]);
  });

  it("takes a function that ends at once", async () => {
    expect(await client.withVaultKey(policy, (key) => key.vendor)).toBe("stripe");
    expect(revocations()).toBe(1);
  });

  it.each([
    [
      "throws",
      () => {
        throw new Error("mishap");
      },
    ],
    ["rejects", () => Promise.reject(new Error("mishap"))],
  ])("revokes when the work %s, and hands on that very error", async (_name, use) => {
    let thrown: unknown;
    const error = await rejection(
      client.withVaultKey(policy, async () => {
        try {
          return await use();
        } catch (caught) {
          thrown = caught;
          throw caught;
        }
      }),
    );
    expect(error).toBe(thrown);
    expect((error as Error).message).toBe("mishap");
    expect(revocations()).toBe(1);
  });

  it("does not run the work without a key", async () => {
    api.next(breaks);
    const use = vi.fn();
    expect(await rejection(client.withVaultKey(policy, use))).toMatchObject({
      code: "vault_key_unavailable",
    });
    expect(use).not.toHaveBeenCalled();
    expect(revocations()).toBe(0);
  });

  it("issues nothing when the policy throws", async () => {
    const mishap = new Error("no such customer");
    const use = vi.fn();
    expect(await rejection(client.withVaultKey(() => Promise.reject(mishap), use))).toBe(mishap);
    expect(api.asked).toEqual([]);
    expect(use).not.toHaveBeenCalled();
  });

  it("does not revoke a second time what the work revoked", async () => {
    await client.withVaultKey(policy, (key) => key.revoke());
    expect(revocations()).toBe(1);
  });

  it("lets the caller's signal end the issuing", async () => {
    const use = vi.fn();
    const error = await rejection(client.withVaultKey(policy, use, { signal: AbortSignal.abort("gone") }));
    expect(error).toBe("gone");
    expect(use).not.toHaveBeenCalled();
  });

  it("keeps the keys of concurrent scopes apart", async () => {
    const ids = await Promise.all(
      Array.from({ length: 20 }, (_, run) =>
        client.withVaultKey({ ...policy, label: `run-${run}` }, async (key) => {
          await Promise.resolve();
          expect(key.label).toBe(`run-${run}`);
          return key.id;
        }),
      ),
    );
    expect(new Set(ids).size).toBe(20);
    expect(revocations()).toBe(20);
  });
});

describe("a key that can't be revoked", () => {
  it("changes nothing for the result, and is reported", async () => {
    const onRevokeError = vi.fn();
    const result = client.withVaultKey(
      policy,
      () => {
        api.next(breaks);
        return "done";
      },
      { onRevokeError },
    );
    expect(await result).toBe("done");
    expect(onRevokeError).toHaveBeenCalledOnce();
    const [error, key] = onRevokeError.mock.calls[0] as [unknown, VaultKey];
    expect(KeybrakeError.isInstance(error)).toBe(true);
    expect(key.id).toBe("key_1");
    expect(events.at(-1)).toMatchObject({ type: "revoke_failed", keyId: "key_1" });
  });

  it("does not hide the error of the work", async () => {
    const mishap = new Error("mishap");
    const work = client.withVaultKey(policy, () => {
      api.next(() => refusal("store_unavailable"));
      throw mishap;
    });
    expect(await rejection(work)).toBe(mishap);
  });

  it("changes nothing either where onRevokeError throws", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    const result = client.withVaultKey(
      policy,
      () => {
        api.next(breaks);
        return "done";
      },
      {
        onRevokeError: () => {
          throw new Error("the reporter broke");
        },
      },
    );
    expect(await result).toBe("done");
    expect(warn).toHaveBeenCalledOnce();
  });
});

describe("keepAlive", () => {
  const kept: IssuePolicy = { ...policy, keepAlive: true };
  const extensions = (): string[] => api.askedFor(/extend$/).map(({ body }) => body);

  /** Runs a scope for as long as told, on the fake clock. */
  async function work(minutes: number, issue: IssuePolicy = kept): Promise<VaultKey> {
    vi.useFakeTimers();
    const done = client.withVaultKey(
      issue,
      (key) => new Promise<VaultKey>((resolve) => setTimeout(() => resolve(key), minutes * 60_000)),
    );
    await vi.advanceTimersByTimeAsync(minutes * 60_000 + 1);
    return done;
  }

  it("extends at half of the remaining life, until the work is done", async () => {
    await work(12);
    expect(extensions()).toEqual(['{"expires_in":"10m"}', '{"expires_in":"10m"}']);
    expect(revocations()).toBe(1);
    await vi.advanceTimersByTimeAsync(60 * 60_000);
    expect(extensions()).toHaveLength(2);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("extends by the default where the policy names no life", async () => {
    const { expiresIn: _expiresIn, ...rest } = kept;
    await work(3, rest);
    expect(extensions()).toEqual(['{"expires_in":"5m"}']);
  });

  it("is off by default", async () => {
    await work(12, policy);
    expect(extensions()).toEqual([]);
  });

  it("tries again, sooner, after a failure", async () => {
    vi.useFakeTimers();
    const done = client.withVaultKey(kept, () => new Promise((resolve) => setTimeout(resolve, 9 * 60_000)));
    await vi.advanceTimersByTimeAsync(1);
    api.next(breaks, breaks);
    // At 5 min, at 7.5 min, and then, successfully, at 8.75 min.
    await vi.advanceTimersByTimeAsync(9 * 60_000);
    await done;
    expect(extensions()).toHaveLength(3);
    expect(events.map(({ type }) => type)).toEqual([
      "issued",
      "extend_failed",
      "extend_failed",
      "extended",
      "revoked",
    ]);
  });

  it("stops where the key can't be extended any more", async () => {
    vi.useFakeTimers();
    const done = client.withVaultKey(kept, () => new Promise((resolve) => setTimeout(resolve, 9 * 60_000)));
    await vi.advanceTimersByTimeAsync(1);
    api.next(() => refusal("key_revoked"));
    await vi.advanceTimersByTimeAsync(9 * 60_000);
    await done;
    expect(extensions()).toHaveLength(1);
  });

  it("does not hurry for a life longer than a timer can hold", async () => {
    await work(60, { ...kept, expiresIn: "60d" });
    expect(extensions()).toEqual([]);
  });

  it("keeps a fail-open stand-in usable without asking anybody", async () => {
    vi.spyOn(console, "warn").mockImplementation(() => {});
    api.next(breaks);
    const failOpen = () => ({ token: "re_own", baseUrl: "https://api.resend.com" });
    vi.useFakeTimers();
    const aborted = client.withVaultKey(
      { ...kept, failOpen },
      (key) => new Promise((resolve) => setTimeout(() => resolve(key.signal.aborted), 25 * 60_000)),
    );
    await vi.advanceTimersByTimeAsync(25 * 60_000);
    expect(await aborted).toBe(false);
    expect(api.asked).toHaveLength(1);
  });
});

describe("the default client", () => {
  it("is made from the environment at first use, and is one", async () => {
    vi.stubEnv("KEYBRAKE_TOKEN", "kb_from_env");
    vi.stubGlobal("fetch", api.fetch);
    expect(await withVaultKey(policy, (key) => key.id)).toBe("key_1");
    expect(api.asked.map(({ headers }) => headers.get("authorization"))).toEqual([
      "Bearer kb_from_env",
      "Bearer kb_from_env",
    ]);
  });

  it("gives way to the one that is given", async () => {
    expect(
      await withVaultKey(
        () => policy,
        (key) => key.id,
        { client },
      ),
    ).toBe("key_1");
    expect(api.asked[0]?.headers.get("authorization")).toBe("Bearer kb");
  });
});

describe("resolvePolicy", () => {
  it("takes a policy, or asks for it with the input", async () => {
    expect(await resolvePolicy(policy, "input")).toBe(policy);
    const forInput = async (input: string): Promise<IssuePolicy> => ({ ...policy, label: input });
    expect(await resolvePolicy(forInput, "run-7")).toEqual({ ...policy, label: "run-7" });
  });
});
