import {
  CapExhaustedError,
  type IssuePolicy,
  KeybrakeError,
  RateLimitedError,
  type VaultKey,
  VaultKeyUnavailableError,
  withVaultKey,
} from "@keybrake/core";
import { stripeOptions } from "@keybrake/core/stripe";
import { setupKeybrake } from "@keybrake/testing/vitest";
import {
  type ArgumentsHost,
  Catch,
  Controller,
  type ExceptionFilter,
  Get,
  ImATeapotException,
  Post,
  Res,
  UseFilters,
} from "@nestjs/common";
import { APP_FILTER, BaseExceptionFilter, ExternalContextCreator, HttpAdapterHost } from "@nestjs/core";
import Stripe from "stripe";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { platforms } from "../test-support/platforms.ts";
import { startNest } from "../test-support/start-nest.ts";
import { InjectVaultKey, UseVaultKey } from "./index.ts";

const keybrake = setupKeybrake();
const policy: IssuePolicy = { label: "agent/7", vendor: "stripe", uncapped: true };

beforeEach(() => {
  keybrake.vendor("stripe", () => Response.json({ id: "pi_1", object: "payment_intent" }));
  keybrake.cost("stripe", 20);
});

@Controller()
class Tools {
  @Post("charge")
  @UseVaultKey({ ...policy, dailyUsdCap: 30 })
  charge(@InjectVaultKey() key: VaultKey): Promise<object> {
    return new Stripe(key.token, stripeOptions(key, Stripe)).paymentIntents.create({
      amount: 2000,
      currency: "usd",
    });
  }

  @Post("poor")
  @UseVaultKey({ ...policy, dailyUsdCap: 10 })
  poor(@InjectVaultKey() key: VaultKey): Promise<object> {
    return this.charge(key);
  }

  @Get("by-hand")
  byHand(): Promise<unknown> {
    return withVaultKey({ ...policy, dailyUsdCap: 10 }, async (key) =>
      (await key.fetch("/v1/charges")).json(),
    );
  }
}

describe.each(platforms)("refusals, $name", (platform) => {
  it("answers 402 where the Stripe SDK raised a spent cap, after one call", async () => {
    const { call } = await startNest(platform, { controllers: [Tools] });
    const paid = await call("/charge", { method: "POST" });
    expect([paid.status, await paid.json()]).toEqual([201, { id: "pi_1", object: "payment_intent" }]);
    const refused = await call("/poor", { method: "POST" });
    expect([refused.status, await refused.json()]).toEqual([402, { error: "spend_cap_exceeded" }]);
    expect(refused.headers.get("cache-control")).toBe("no-store");
    expect(refused.headers.get("content-type")).toContain("application/json");
    expect(keybrake.calls).toHaveLength(2);
  });

  it("answers 503 while Keybrake is down, and runs nothing", async () => {
    keybrake.goDown();
    const { call } = await startNest(platform, { controllers: [Tools] });
    const answer = await call("/charge", { method: "POST" });
    expect([answer.status, await answer.json()]).toEqual([503, { error: "vault_key_unavailable" }]);
    expect(keybrake.calls).toEqual([]);
  });

  it("answers for keys that a handler issued itself", async () => {
    const { call } = await startNest(platform, { controllers: [Tools] });
    const answer = await call("/by-hand");
    expect([answer.status, await answer.json()]).toEqual([402, { error: "spend_cap_exceeded" }]);
  });

  it("hands on the headers of the refusal", async () => {
    @Controller()
    class Hasty {
      @Get()
      tooFast(): void {
        throw new RateLimitedError({
          code: "rate_limited",
          message: "slow down",
          requestId: "req_1",
          retryAfterSeconds: 7,
        });
      }
    }
    const { call } = await startNest(platform, { controllers: [Hasty] });
    const answer = await call("/");
    expect([answer.status, await answer.json()]).toEqual([429, { error: "rate_limited" }]);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      "retry-after": "7",
      "keybrake-request-id": "req_1",
    });
  });

  it("leaves every other error to Nest", async () => {
    @Controller()
    class Others {
      @Get("teapot")
      teapot(): void {
        throw new ImATeapotException("short and stout");
      }

      @Get("bug")
      bug(): void {
        throw new Error("a bug");
      }

      @Get("card")
      card(): void {
        throw Object.assign(new Error("declined"), { code: "card_declined" });
      }
    }
    const { call } = await startNest(platform, { controllers: [Others] });
    const answers = await Promise.all(["/teapot", "/bug", "/card"].map((path) => call(path)));
    expect(answers.map(({ status }) => status)).toEqual([418, 500, 500]);
    expect(await answers[0]?.json()).toMatchObject({ message: "short and stout" });
  });

  it("shows the typed error to a filter of the route, and of the controller", async () => {
    const seen: unknown[] = [];
    @Catch(CapExhaustedError, VaultKeyUnavailableError)
    class OwnFilter implements ExceptionFilter {
      catch(error: KeybrakeError, host: ArgumentsHost): void {
        seen.push(error);
        host.switchToHttp().getResponse().status(418).send({ own: error.code });
      }
    }
    @UseFilters(OwnFilter)
    @Controller()
    class Own {
      @Get()
      @UseVaultKey({ ...policy, dailyUsdCap: 10 })
      async spend(@InjectVaultKey() key: VaultKey): Promise<void> {
        await key.fetch("/v1/charges");
      }
    }
    const { call } = await startNest(platform, { controllers: [Own] });
    expect(await (await call("/")).json()).toEqual({ own: "cap_exhausted" });
    keybrake.goDown();
    expect(await (await call("/")).json()).toEqual({ own: "vault_key_unavailable" });
    expect(seen).toMatchObject([{ details: { capUsd: "10.00" } }, { status: 503 }]);
  });

  describe("with a filter that catches all", () => {
    const seen: unknown[] = [];
    @Catch()
    class CatchAll extends BaseExceptionFilter {
      override catch(error: unknown, host: ArgumentsHost): void {
        seen.push(error);
        super.catch(new ImATeapotException(), host);
      }
    }
    beforeEach(() => {
      seen.length = 0;
    });

    it("shows it the typed error where it is one of useGlobalFilters", async () => {
      const { call } = await startNest(platform, { controllers: [Tools] }, {}, (app) =>
        app.useGlobalFilters(new CatchAll(app.get(HttpAdapterHost).httpAdapter)),
      );
      expect((await call("/by-hand")).status).toBe(418);
      expect(seen.map(KeybrakeError.isInstance)).toEqual([true]);
    });

    it("answers before it where it is an APP_FILTER", async () => {
      const { call } = await startNest(platform, {
        controllers: [Tools],
        providers: [{ provide: APP_FILTER, useClass: CatchAll }],
      });
      expect((await call("/by-hand")).status).toBe(402);
      expect(seen).toEqual([]);
    });
  });

  it("leaves the refusals of message handlers to whoever called them", async () => {
    class Messages {
      onMessage(): Promise<unknown> {
        return withVaultKey({ ...policy, dailyUsdCap: 10 }, (key) => key.fetch("/v1/charges"));
      }
    }
    const { app } = await startNest(platform, { providers: [Messages] });
    const messages = app.get(Messages);
    const receive = app
      .get(ExternalContextCreator)
      .create(
        messages,
        messages.onMessage,
        "onMessage",
        undefined,
        undefined,
        undefined,
        undefined,
        undefined,
        "rpc",
      );
    await expect(receive()).rejects.toBeInstanceOf(CapExhaustedError);
  });

  it("ends an answer that had begun", async () => {
    @Controller()
    class Half {
      @Get()
      @UseVaultKey({ ...policy, dailyUsdCap: 10 })
      async half(
        @InjectVaultKey() key: VaultKey,
        @Res() response: { raw?: { write(text: string): void }; write(text: string): void },
      ): Promise<void> {
        (response.raw ?? response).write("half");
        await key.fetch("/v1/charges");
      }
    }
    const { call } = await startNest(platform, { controllers: [Half] });
    const answer = await call("/");
    expect([answer.status, await answer.text()]).toEqual([200, "half"]);
    await vi.waitFor(() => expect(keybrake.revoked).toHaveLength(1));
  });
});
