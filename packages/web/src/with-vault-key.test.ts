import {
  InvalidPolicyError,
  type IssuePolicy,
  type KeybrakeEvent,
  RateLimitedError,
  type VaultKey,
} from "@keybrake/core";
import { stripeOptions } from "@keybrake/core/stripe";
import { setupKeybrake } from "@keybrake/testing/vitest";
import Stripe from "stripe";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { withVaultKey } from "./index.ts";

const keybrake = setupKeybrake();
const policy: IssuePolicy = { label: "agent/7", vendor: "stripe", uncapped: true };
const url = "http://localhost/tools/charge";

beforeEach(() => {
  keybrake.vendor("stripe", () => Response.json({ id: "pi_1", object: "payment_intent" }));
  keybrake.cost("stripe", 20);
});

const revoked = (count = 1): Promise<unknown> =>
  vi.waitFor(() => expect(keybrake.revoked).toHaveLength(count), { timeout: 10_000 });

/** A body that yields numbers for ever, one whenever it is asked. */
function countingBody(): { body: ReadableStream<Uint8Array>; asked: () => number; cancelled: () => unknown } {
  let asked = 0;
  let reason: unknown;
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        asked += 1;
        controller.enqueue(new TextEncoder().encode(String(asked)));
      },
      cancel(why) {
        reason = why;
      },
    },
    { highWaterMark: 0 },
  );
  return { body, asked: () => asked, cancelled: () => reason };
}

describe("the policy and the handler", () => {
  it("use the client of the environment, and are told all that the host calls with", async () => {
    const route = withVaultKey(
      async (request: Request, context: { params: Promise<{ user: string }> }) => ({
        ...policy,
        label: `${new URL(request.url).pathname}/${(await context.params).user}`,
      }),
      async (request, key, context) =>
        Response.json([
          request.method,
          key.label,
          keybrake.issued[0]?.id === key.id,
          (await context.params).user,
        ]),
    );
    const response = await route(new Request(url), { params: Promise.resolve({ user: "alice" }) });
    expect(await response.json()).toEqual(["GET", "/tools/charge/alice", true, "alice"]);
    await revoked();
  });

  it("may be a value and a plain function", async () => {
    const route = withVaultKey(policy, (_request, key) => new Response(key.label));
    expect(await (await route(new Request(url))).text()).toBe("agent/7");
    await revoked();
  });
});

describe("the response", () => {
  it("keeps its status, its headers and its cookies", async () => {
    const headers = new Headers({ "content-type": "text/plain", "x-run": "7" });
    headers.append("set-cookie", "a=1");
    headers.append("set-cookie", "b=2");
    const route = withVaultKey(
      policy,
      () => new Response("made", { status: 201, statusText: "Made", headers }),
    );
    const response = await route(new Request(url));
    expect([response.status, response.statusText, await response.text()]).toEqual([201, "Made", "made"]);
    expect(response.headers.get("x-run")).toBe("7");
    expect(response.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
  });

  it.each([
    ["204", () => new Response(null, { status: 204 })],
    ["304", () => new Response(null, { status: 304 })],
    ["a redirect", () => Response.redirect("http://localhost/elsewhere")],
    ["Response.error()", () => Response.error()],
  ])("without a body is handed on as it is, and the key revoked at once: %s", async (_name, make) => {
    const made = make();
    expect(await withVaultKey(policy, () => made)(new Request(url))).toBe(made);
    await revoked();
  });

  it("to HEAD is handed on as it is, since nobody reads its body", async () => {
    const made = new Response("unread");
    expect(await withVaultKey(policy, () => made)(new Request(url, { method: "HEAD" }))).toBe(made);
    await revoked();
  });

  it("holds the key until its source has given its last chunk", async () => {
    const route = withVaultKey(policy, (_request, key) => {
      const chunks = ["first ", "last"];
      const body = new ReadableStream<Uint8Array>(
        {
          async pull(controller) {
            const chunk = chunks.shift();
            if (chunk === undefined) return controller.close();
            await key.fetch("/v1/payment_intents", { method: "POST" });
            controller.enqueue(new TextEncoder().encode(chunk));
          },
        },
        { highWaterMark: 0 },
      );
      return new Response(body);
    });
    expect(await (await route(new Request(url))).text()).toBe("first last");
    expect(keybrake.calls).toMatchObject([{ decision: "allowed" }, { decision: "allowed" }]);
    await revoked();
  });

  it("is asked for a chunk only when its reader asks", async () => {
    const { body, asked } = countingBody();
    const reader = (await withVaultKey(policy, () => new Response(body))(new Request(url))).body?.getReader();
    expect(asked()).toBe(0);
    await reader?.read();
    await reader?.read();
    expect(asked()).toBe(2);
    await reader?.cancel();
    await revoked();
  });

  it("tells its source why it was cancelled, and lets the key go without waiting for the source", async () => {
    let reason: unknown;
    const body = new ReadableStream<Uint8Array>({
      pull: () => new Promise(() => {}),
      cancel(why) {
        reason = why;
        return new Promise(() => {});
      },
    });
    const response = await withVaultKey(policy, () => new Response(body))(new Request(url));
    const reader = response.body?.getReader();
    const pending = reader?.read();
    void reader?.cancel("seen enough");
    expect(await pending).toMatchObject({ done: true });
    await revoked();
    expect(reason).toBe("seen enough");
  });

  it("lets the key go where its source breaks, and its reader sees the error", async () => {
    const mishap = new Error("the source broke");
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.error(mishap);
      },
    });
    const response = await withVaultKey(policy, () => new Response(body))(new Request(url));
    await expect(response.text()).rejects.toBe(mishap);
    await revoked();
  });

  it("lets the key go with a warning when a middleware drops the body unread", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    const events: KeybrakeEvent[] = [];
    const { body } = countingBody();
    const route = withVaultKey({ ...policy, keepAlive: true }, () => new Response(body), {
      client: keybrake.client({ onEvent: (event) => events.push(event) }),
      unreadMs: 50,
    });
    await route(new Request(url));
    await revoked();
    expect(events).toContainEqual(expect.objectContaining({ type: "warning", code: "unread_body" }));
    expect(warn).toHaveBeenCalledOnce();
    warn.mockRestore();
  });

  it("of a call to the vendor can be the answer", async () => {
    const route = withVaultKey(policy, (_request, key) =>
      key.fetch("/v1/payment_intents", { method: "POST" }),
    );
    const response = await route(new Request(url));
    expect([response.status, await response.json()]).toEqual([200, { id: "pi_1", object: "payment_intent" }]);
    expect(response.headers.get("keybrake-cost-usd")).toBe("20.00");
    await revoked();
  });
});

describe("a caller who leaves", () => {
  it("while the handler runs, ends the key; what the handler throws then is still the host's", async () => {
    const caller = new AbortController();
    const mishap = new Error("too late");
    let key: VaultKey | undefined;
    const route = withVaultKey(policy, async (_request, given) => {
      key = given;
      caller.abort();
      await revoked();
      throw mishap;
    });
    await expect(route(new Request(url, { signal: caller.signal }))).rejects.toBe(mishap);
    expect(key?.signal.aborted).toBe(true);
  });

  it("before the key is there, is answered without the handler", async () => {
    const handler = vi.fn(() => new Response());
    const response = await withVaultKey(policy, handler)(new Request(url, { signal: AbortSignal.abort() }));
    expect(response.status).toBe(499);
    await revoked();
    expect(handler).not.toHaveBeenCalled();
  });

  it("half-way through the body, ends the key even where the host does not cancel the body", async () => {
    const caller = new AbortController();
    const { body } = countingBody();
    const route = withVaultKey(policy, () => new Response(body));
    const reader = (await route(new Request(url, { signal: caller.signal }))).body?.getReader();
    await reader?.read();
    caller.abort();
    await revoked();
  });
});

describe("waitUntil", () => {
  it("of the host's arguments is given the work, which is over when the key is revoked", async () => {
    const works: Promise<unknown>[] = [];
    class Context {
      readonly #works = works;
      waitUntil(work: Promise<unknown>): void {
        this.#works.push(work);
      }
    }
    const route = withVaultKey(
      policy,
      (_request: Request, _key, _env: object, _context: Context) => new Response("text"),
    );
    const response = await route(new Request(url), {}, new Context());
    expect(works).toHaveLength(1);
    expect(keybrake.revoked).toEqual([]);
    await response.text();
    await works[0];
    expect(keybrake.revoked).toHaveLength(1);
  });

  it("of the options comes before that, and is called when the request comes in", async () => {
    const works: Promise<void>[] = [];
    const route = withVaultKey(policy, (_request: Request, _key, _context: object) => new Response(null), {
      waitUntil: (work) => works.push(work),
    });
    const answering = route(new Request(url), { waitUntil: () => expect.unreachable() });
    expect(works).toHaveLength(1);
    await answering;
    await works[0];
    expect(keybrake.revoked).toHaveLength(1);
  });

  it("is given work that never rejects", async () => {
    const works: Promise<void>[] = [];
    const options = { waitUntil: (work: Promise<void>) => works.push(work) };
    const mishap = new Error("a bug");
    const broken = withVaultKey(policy, () => Promise.reject(mishap), options);
    await expect(broken(new Request(url))).rejects.toBe(mishap);
    keybrake.goDown();
    expect((await broken(new Request(url))).status).toBe(503);
    await expect(Promise.all(works)).resolves.toHaveLength(2);
  });
});

describe("refusals", () => {
  const charge = withVaultKey(
    (request) => ({ ...policy, dailyUsdCap: Number(new URL(request.url).searchParams.get("cap")) }),
    async (_request, key) => {
      const stripe = new Stripe(key.token, stripeOptions(key, Stripe));
      return Response.json(await stripe.paymentIntents.create({ amount: 2000, currency: "usd" }));
    },
  );

  it("are answered, also where the Stripe SDK raised them, after one call", async () => {
    const paid = await charge(new Request(`${url}?cap=30`, { method: "POST" }));
    expect([paid.status, await paid.json()]).toMatchObject([200, { id: "pi_1" }]);
    const refused = await charge(new Request(`${url}?cap=10`, { method: "POST" }));
    expect([refused.status, await refused.json()]).toEqual([402, { error: "spend_cap_exceeded" }]);
    expect(refused.headers.get("cache-control")).toBe("no-store");
    expect(keybrake.calls).toHaveLength(2);
    await revoked(2);
  });

  it.each([
    [
      new RateLimitedError({
        code: "rate_limited",
        message: "slow down",
        requestId: "req_1",
        retryAfterSeconds: 7,
      }),
      429,
      { error: "rate_limited" },
      { "retry-after": "7", "keybrake-request-id": "req_1" },
    ],
    [
      new InvalidPolicyError({ code: "invalid_policy", message: "no", issues: [] }),
      500,
      { error: "invalid_policy" },
      {},
    ],
  ])("are answered with what they say: %s", async (error, status, body, headers) => {
    const answer = await withVaultKey(policy, () => Promise.reject(error))(new Request(url));
    expect([answer.status, await answer.json()]).toEqual([status, body]);
    expect(Object.fromEntries(answer.headers)).toMatchObject(headers);
  });

  it("of the vendor itself are the handler's business", async () => {
    keybrake.vendor("stripe", () => Response.json({ error: { code: "card_declined" } }, { status: 402 }));
    const answer = await charge(new Request(`${url}?cap=30`, { method: "POST" })).catch(
      (error: unknown) => error,
    );
    expect(answer).toMatchObject({ code: "card_declined" });
    await revoked();
  });
});
