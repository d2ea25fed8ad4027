import type { IssuePolicy, VaultKey } from "@keybrake/core";
import { setupKeybrake } from "@keybrake/testing/vitest";
import {
  Controller,
  ForbiddenException,
  Get,
  HttpCode,
  Param,
  ParseIntPipe,
  Res,
  UseGuards,
  UseInterceptors,
} from "@nestjs/common";
import { ExternalContextCreator } from "@nestjs/core";
import { retry, timeout } from "rxjs";
import { describe, expect, it, vi } from "vitest";
import { platforms } from "../test-support/platforms.ts";
import { startNest } from "../test-support/start-nest.ts";
import { InjectVaultKey, UseVaultKey } from "./index.ts";

const keybrake = setupKeybrake();
const stripe: IssuePolicy = { label: "agent/7", vendor: "stripe", uncapped: true };
const twilio: IssuePolicy = { label: "agent/7", vendor: "twilio", uncapped: true };

const revoked = (count: number): Promise<unknown> =>
  vi.waitFor(() => expect(keybrake.revoked).toHaveLength(count), { timeout: 5_000 });

describe.each(platforms)("@UseVaultKey, $name", (platform) => {
  it("resolves the policy from the execution context", async () => {
    @Controller("users")
    class Users {
      @Get(":user")
      @UseVaultKey(async (context) => ({
        ...stripe,
        label: `user-${context.switchToHttp().getRequest().params.user}`,
        metadata: { route: context.getHandler().name },
      }))
      show(@InjectVaultKey() key: VaultKey): object {
        return { id: key.id };
      }
    }
    const { call } = await startNest(platform, { controllers: [Users] });
    const { id } = (await (await call("/users/42")).json()) as { id: string };
    await revoked(1);
    expect(keybrake.issued).toMatchObject([{ id, label: "user-42", metadata: { route: "show" } }]);
  });

  it("gives all handlers of a controller a key, and other routes none", async () => {
    @UseVaultKey(stripe)
    @Controller("tools")
    class Tools {
      @Get("charge")
      charge(@InjectVaultKey() key: VaultKey): object {
        return { vendor: key.vendor };
      }
    }
    @Controller()
    class Health {
      @Get("health")
      check(): object {
        return { ok: true };
      }
    }
    const { call } = await startNest(platform, { controllers: [Tools, Health] });
    expect(await (await call("/health")).json()).toEqual({ ok: true });
    expect(await (await call("/tools/charge")).json()).toEqual({ vendor: "stripe" });
    await revoked(1);
    expect(keybrake.issued).toHaveLength(1);
  });

  it("gives each of several vendors its key; the handler's is the nearest", async () => {
    @Controller()
    @UseVaultKey(stripe)
    class Tools {
      @Get()
      @UseVaultKey(twilio)
      both(
        @InjectVaultKey() nearest: VaultKey,
        @InjectVaultKey("stripe") first: VaultKey,
        @InjectVaultKey("twilio") second: VaultKey,
      ): string[] {
        return [nearest.vendor, first.vendor, second.vendor];
      }
    }
    const { call } = await startNest(platform, { controllers: [Tools] });
    expect(await (await call("/")).json()).toEqual(["twilio", "stripe", "twilio"]);
    await revoked(2);
    expect(keybrake.issued.map(({ vendor }) => vendor)).toEqual(["stripe", "twilio"]);
    expect(keybrake.keys.map(({ status }) => status)).toEqual(["revoked", "revoked"]);
  });

  it("issues the lowest of several on one handler first", async () => {
    @Controller()
    class Tools {
      @Get()
      @UseVaultKey(twilio)
      @UseVaultKey(stripe)
      both(@InjectVaultKey() nearest: VaultKey): object {
        return { vendor: nearest.vendor };
      }
    }
    const { call } = await startNest(platform, { controllers: [Tools] });
    expect(await (await call("/")).json()).toEqual({ vendor: "twilio" });
    await revoked(2);
    expect(keybrake.issued.map(({ vendor }) => vendor)).toEqual(["stripe", "twilio"]);
  });

  it("revokes the first key where the second can't be issued, and runs nothing", async () => {
    const ran = vi.fn();
    @UseVaultKey(stripe)
    @Controller()
    class Tools {
      @Get()
      @UseVaultKey({ label: "", vendor: "twilio", uncapped: true })
      run(): void {
        ran();
      }
    }
    const { call } = await startNest(platform, { controllers: [Tools] });
    const answer = await call("/");
    expect([answer.status, await answer.json()]).toEqual([500, { error: "invalid_policy" }]);
    await revoked(1);
    expect(ran).not.toHaveBeenCalled();
  });

  it("issues nothing where a guard refuses", async () => {
    @Controller()
    class Tools {
      @Get("silently")
      @UseVaultKey(stripe)
      @UseGuards({ canActivate: () => false })
      silently(): void {}

      @Get("aloud")
      @UseGuards({
        canActivate: () => {
          throw new ForbiddenException();
        },
      })
      @UseVaultKey(stripe)
      aloud(): void {}
    }
    const { call } = await startNest(platform, { controllers: [Tools] });
    expect([(await call("/silently")).status, (await call("/aloud")).status]).toEqual([403, 403]);
    expect(keybrake.issued).toEqual([]);
  });

  it("revokes where a pipe refuses", async () => {
    @Controller()
    class Tools {
      @Get(":amount")
      @UseVaultKey(stripe)
      charge(@Param("amount", ParseIntPipe) amount: number): number {
        return amount;
      }
    }
    const { call } = await startNest(platform, { controllers: [Tools] });
    expect((await call("/much")).status).toBe(400);
    await revoked(1);
  });

  it("revokes where the handler answers by itself", async () => {
    @Controller()
    class Tools {
      @Get("raw")
      @UseVaultKey(stripe)
      raw(@Res() response: { send(body: string): void }): void {
        response.send("by hand");
      }

      @Get("nothing")
      @UseVaultKey(stripe)
      @HttpCode(204)
      nothing(): void {}
    }
    const { call } = await startNest(platform, { controllers: [Tools] });
    expect(await (await call("/raw")).text()).toBe("by hand");
    expect((await call("/nothing")).status).toBe(204);
    await revoked(2);
  });

  it("revokes when an outer interceptor answers before the handler is done", async () => {
    @UseInterceptors({ intercept: (_context, next) => next.handle().pipe(timeout(50)) })
    @Controller()
    class Tools {
      @Get()
      @UseVaultKey(stripe)
      hang(): Promise<never> {
        return new Promise(() => {});
      }
    }
    const { call } = await startNest(platform, { controllers: [Tools] });
    await call("/");
    await revoked(1);
  });

  it("gives each try of an outer interceptor a key of its own, and revokes them all", async () => {
    const tried: string[] = [];
    @UseInterceptors({ intercept: (_context, next) => next.handle().pipe(retry(1)) })
    @Controller()
    class Tools {
      @Get()
      @UseVaultKey(stripe)
      fail(@InjectVaultKey() key: VaultKey): void {
        tried.push(key.id);
        throw new ForbiddenException();
      }
    }
    const { call } = await startNest(platform, { controllers: [Tools] });
    expect((await call("/")).status).toBe(403);
    await revoked(2);
    expect(keybrake.issued.map(({ id }) => id)).toEqual(tried);
  });

  it("does not run a handler that asks for a key nobody issued", async () => {
    const ran = vi.fn();
    @Controller()
    class Tools {
      @Get("none")
      none(@InjectVaultKey() key: VaultKey): void {
        ran(key);
      }

      @Get("another")
      @UseVaultKey(stripe)
      another(@InjectVaultKey("twilio") key: VaultKey): void {
        ran(key);
      }
    }
    const { call } = await startNest(platform, { controllers: [Tools] });
    expect([(await call("/none")).status, (await call("/another")).status]).toEqual([500, 500]);
    await revoked(1);
    expect(ran).not.toHaveBeenCalled();
  });

  it("refuses to run behind anything but HTTP, and issues nothing", async () => {
    const ran = vi.fn();
    class Messages {
      @UseVaultKey(stripe)
      onMessage(): void {
        ran();
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
    await expect(receive({})).rejects.toThrow('@UseVaultKey is for HTTP routes; a handler of "rpc"');
    expect(keybrake.issued).toEqual([]);
    expect(ran).not.toHaveBeenCalled();
  });
});
