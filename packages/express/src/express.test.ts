import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { InvalidPolicyError, type IssuePolicy, RateLimitedError, withVaultKey } from "@keybrake/core";
import { stripeOptions } from "@keybrake/core/stripe";
import { setupKeybrake } from "@keybrake/testing/vitest";
import express5, { type Express, type RequestHandler, type Response } from "express";
import express4 from "express4";
import Stripe from "stripe";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { keybrakeErrorHandler, vaultKey } from "./index.ts";

const keybrake = setupKeybrake();
const stripePolicy: IssuePolicy = { label: "agent/7", vendor: "stripe", uncapped: true };

/** Express 4 does not look at what handlers return; this is what its users write around theirs. */
function handler(work: (...args: Parameters<RequestHandler>) => Promise<unknown>): RequestHandler {
  return (req, res, next) => {
    work(req, res, next).catch(next);
  };
}

describe.each([
  ["express 5", express5],
  ["express 4", express4],
])("%s", (_name, express) => {
  let app: Express;
  let server: Server;

  /** Calls the application over HTTP. */
  async function call(path: string, init?: RequestInit): Promise<globalThis.Response> {
    const { port } = server.address() as AddressInfo;
    return fetch(`http://127.0.0.1:${port}${path}`, init);
  }

  beforeEach(async () => {
    keybrake.vendor("stripe", () => Response.json({ id: "pi_1", object: "payment_intent" }));
    keybrake.cost("stripe", 20);
    app = express();
    // Express prints errors it answers itself, unless it is under test.
    app.set("env", "test");
    server = app.listen(0, "127.0.0.1");
    await once(server, "listening");
  });

  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });

  const revoked = (count: number): Promise<unknown> =>
    vi.waitFor(() => expect(keybrake.revoked).toHaveLength(count), { timeout: 5_000 });

  describe("vaultKey", () => {
    it("uses the client of the environment where none is given", async () => {
      app.get("/", vaultKey(stripePolicy), (req, res) => {
        res.json({ id: req.vaultKey.id });
      });
      const { id } = (await (await call("/")).json()) as { id: string };
      await revoked(1);
      expect(keybrake.issued.map((key) => key.id)).toEqual([id]);
    });

    it("resolves the policy from the request", async () => {
      app.get(
        "/users/:user",
        vaultKey(async (req) => ({ ...stripePolicy, label: `user-${req.params.user}`, dailyUsdCap: 5 })),
        (_req, res) => {
          res.end();
        },
      );
      await call("/users/42");
      await revoked(1);
      expect(keybrake.issued).toMatchObject([{ label: "user-42", dailyUsdCap: 5 }]);
    });

    it("works on a router, and only there", async () => {
      const tools = express.Router();
      tools.use(vaultKey(stripePolicy));
      tools.get("/charge", (req, res) => {
        res.json({ vendor: req.vaultKey.vendor });
      });
      app.use("/tools", tools);
      app.get("/health", (req, res) => {
        res.json({ key: req.vaultKey ?? null });
      });
      expect(await (await call("/tools/charge")).json()).toEqual({ vendor: "stripe" });
      expect(await (await call("/health")).json()).toEqual({ key: null });
      await revoked(1);
      expect(keybrake.issued).toHaveLength(1);
    });

    it("gives each of several vendors its key; req.vaultKey is the nearest", async () => {
      app.use(vaultKey(stripePolicy));
      app.get("/", vaultKey({ label: "agent/7", vendor: "twilio", uncapped: true }), (req, res) => {
        const { stripe, twilio } = req.vaultKeys;
        res.json([req.vaultKey.vendor, stripe?.vendor, twilio?.vendor]);
      });
      expect(await (await call("/")).json()).toEqual(["twilio", "stripe", "twilio"]);
      await revoked(2);
      expect(keybrake.keys.map(({ status }) => status)).toEqual(["revoked", "revoked"]);
    });

    it("revokes the first key where the second can't be issued", async () => {
      app.get(
        "/",
        vaultKey(stripePolicy),
        vaultKey({ label: "", vendor: "twilio", uncapped: true }),
        (_req, res) => {
          res.end();
        },
      );
      app.use(keybrakeErrorHandler());
      expect((await call("/")).status).toBe(500);
      await revoked(1);
    });

    it("revokes where the connection is cut right after the answer", async () => {
      app.get("/", vaultKey(stripePolicy), (_req, res) => {
        res.on("finish", () => res.req.socket.destroy());
        res.json({ ok: true });
      });
      await call("/");
      await revoked(1);
    });

    it("keeps the key through server-sent events, until the caller leaves", async () => {
      let stream: Response | undefined;
      app.get("/events", vaultKey(stripePolicy), (_req, res) => {
        stream = res;
        res.type("text/event-stream").write("data: one\n\n");
      });
      const caller = new AbortController();
      const answer = await call("/events", { signal: caller.signal });
      const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
      expect(await reader?.read()).toMatchObject({ value: "data: one\n\n" });
      stream?.write("data: two\n\n");
      expect(await reader?.read()).toMatchObject({ value: "data: two\n\n" });
      expect(keybrake.revoked).toEqual([]);
      caller.abort();
      await revoked(1);
    });

    it("revokes once where an error cuts a stream off", async () => {
      app.get(
        "/",
        vaultKey(stripePolicy),
        handler(async (_req, res) => {
          res.write("half");
          throw new Error("broken");
        }),
      );
      app.use(keybrakeErrorHandler());
      const answer = await call("/");
      await expect(answer.text()).rejects.toThrow();
      await revoked(1);
    });

    it("never calls the handlers for a request that was answered before", async () => {
      let entered = 0;
      app.use((_req, res, next) => {
        res.once("close", next).end("early");
      });
      app.get("/", vaultKey(stripePolicy), () => {
        entered += 1;
      });
      expect(await (await call("/")).text()).toBe("early");
      await revoked(1);
      expect(entered).toBe(0);
    });
  });

  describe("keybrakeErrorHandler", () => {
    const charge = handler(async (req, res) => {
      const stripe = new Stripe(req.vaultKey.token, stripeOptions(req.vaultKey, Stripe));
      res.json(await stripe.paymentIntents.create({ amount: 2000, currency: "usd" }));
    });

    it("answers 402 where the Stripe SDK raised a spent cap, after one call", async () => {
      app.post("/charge", vaultKey({ ...stripePolicy, dailyUsdCap: 30 }), charge);
      app.post("/poor", vaultKey({ ...stripePolicy, dailyUsdCap: 10 }), charge);
      app.use(keybrakeErrorHandler());
      const paid = await call("/charge", { method: "POST" });
      expect([paid.status, await paid.json()]).toEqual([200, { id: "pi_1", object: "payment_intent" }]);
      const refused = await call("/poor", { method: "POST" });
      expect([refused.status, await refused.json()]).toEqual([402, { error: "spend_cap_exceeded" }]);
      expect(refused.headers.get("cache-control")).toBe("no-store");
      expect(keybrake.calls).toHaveLength(2);
    });

    it("answers 503 while Keybrake is down", async () => {
      keybrake.goDown();
      app.post("/charge", vaultKey(stripePolicy), charge);
      app.use(keybrakeErrorHandler());
      const answer = await call("/charge", { method: "POST" });
      expect([answer.status, await answer.json()]).toEqual([503, { error: "vault_key_unavailable" }]);
    });

    it("is not needed for the status: Express answers 503 by itself", async () => {
      keybrake.goDown();
      app.post("/charge", vaultKey(stripePolicy), charge);
      expect((await call("/charge", { method: "POST" })).status).toBe(503);
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
    ])("hands on what %s says", async (error, status, body, headers) => {
      app.get("/", () => {
        throw error;
      });
      app.use(keybrakeErrorHandler());
      const answer = await call("/");
      expect([answer.status, await answer.json()]).toEqual([status, body]);
      expect(Object.fromEntries(answer.headers)).toMatchObject(headers);
    });

    it.each([new Error("a bug"), { type: "StripeCardError", code: "card_declined" }, "text"])(
      "leaves %s to the next error handler",
      async (error) => {
        app.get("/", () => {
          throw error;
        });
        app.use(keybrakeErrorHandler());
        const seen: unknown[] = [];
        app.use(((caught, _req, res, _next) => {
          seen.push(caught);
          res.status(418).end();
        }) satisfies express5.ErrorRequestHandler);
        expect((await call("/")).status).toBe(418);
        expect(seen).toEqual([error]);
      },
    );

    it("leaves an error to the next handler once headers are sent", async () => {
      app.get(
        "/",
        vaultKey({ ...stripePolicy, dailyUsdCap: 10 }),
        handler(async (req, res) => {
          res.write("half");
          await req.vaultKey.fetch("/v1/charges", { method: "POST" });
        }),
      );
      app.use(keybrakeErrorHandler());
      const answer = await call("/");
      expect(answer.status).toBe(200);
      await expect(answer.text()).rejects.toThrow();
      await revoked(1);
    });

    it("answers for keys that a handler issued itself", async () => {
      app.get(
        "/",
        handler(async (_req, res) => {
          const answer = await withVaultKey({ ...stripePolicy, dailyUsdCap: 10 }, (key) =>
            key.fetch("/v1/charges"),
          );
          res.json(await answer.json());
        }),
      );
      app.use(keybrakeErrorHandler());
      expect((await call("/")).status).toBe(402);
    });
  });
});
