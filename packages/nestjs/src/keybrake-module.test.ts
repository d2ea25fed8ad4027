import { createKeybrake, type VaultKey } from "@keybrake/core";
import { setupKeybrake } from "@keybrake/testing/vitest";
import { Controller, Get, Inject, Injectable, Module } from "@nestjs/common";
import { Test } from "@nestjs/testing";
import { describe, expect, it, vi } from "vitest";
import { platforms } from "../test-support/platforms.ts";
import { listen, startNest } from "../test-support/start-nest.ts";
import {
  InjectVaultKey,
  KEYBRAKE_MODULE_OPTIONS,
  KeybrakeModule,
  UseVaultKey,
  VaultKeyService,
} from "./index.ts";

const keybrake = setupKeybrake();

const revoked = (count: number): Promise<unknown> =>
  vi.waitFor(() => expect(keybrake.revoked).toHaveLength(count), { timeout: 5_000 });

@Controller()
class Tools {
  @Get()
  @UseVaultKey({ label: "agent/7", vendor: "stripe", uncapped: true })
  show(@InjectVaultKey() key: VaultKey): object {
    return { id: key.id, baseUrl: key.baseUrl };
  }
}

describe.each(platforms)("KeybrakeModule, $name", (platform) => {
  it("uses the client of the environment where none is given", async () => {
    const { call } = await startNest(platform, { controllers: [Tools] });
    const { id } = (await (await call("/")).json()) as { id: string };
    await revoked(1);
    expect(keybrake.issued.map((key) => key.id)).toEqual([id]);
  });

  it("takes its options from other providers", async () => {
    @Injectable()
    class Config {
      readonly token = keybrake.token;
    }
    @Module({ providers: [Config], exports: [Config] })
    class ConfigModule {}
    const module = await Test.createTestingModule({
      imports: [
        KeybrakeModule.forRootAsync({
          imports: [ConfigModule],
          inject: [Config],
          useFactory: async ({ token }: Config) => ({
            client: createKeybrake({ token, apiUrl: keybrake.apiUrl, proxyUrl: "https://proxy.example" }),
          }),
        }),
      ],
      controllers: [Tools],
    }).compile();
    const { call } = await listen(module.createNestApplication(platform.createAdapter()));
    expect(await (await call("/")).json()).toMatchObject({ baseUrl: "https://proxy.example/stripe" });
    await revoked(1);
  });
});

describe("KeybrakeModule", () => {
  it("can be kept to the modules that import it", async () => {
    const local = KeybrakeModule.forRoot({ isGlobal: false });
    @Module({ imports: [local], controllers: [Tools] })
    class Inside {}
    @Module({ controllers: [Tools] })
    class Outside {}
    await expect(Test.createTestingModule({ imports: [Inside] }).compile()).resolves.toBeDefined();
    await expect(Test.createTestingModule({ imports: [local, Outside] }).compile()).rejects.toThrow(
      /dependencies of the VaultKeyInterceptor .*KEYBRAKE_MODULE_OPTIONS/s,
    );
  });

  it("lets a test put another Keybrake in its place", async () => {
    const module = await Test.createTestingModule({
      imports: [KeybrakeModule.forRoot({ client: createKeybrake({ token: "production" }) })],
      controllers: [Tools],
    })
      .overrideProvider(KEYBRAKE_MODULE_OPTIONS)
      .useValue({ client: keybrake.client() })
      .compile();
    const { call } = await listen(module.createNestApplication());
    expect((await call("/")).status).toBe(200);
    await revoked(1);
  });

  it("lets a test put another VaultKeyService in its place", async () => {
    @Injectable()
    class Billing {
      readonly #vaultKeys: VaultKeyService;

      constructor(@Inject(VaultKeyService) vaultKeys: VaultKeyService) {
        this.#vaultKeys = vaultKeys;
      }

      payer(): string {
        return this.#vaultKeys.get().label;
      }
    }
    const module = await Test.createTestingModule({
      imports: [KeybrakeModule.forRoot({})],
      providers: [Billing],
    })
      .overrideProvider(VaultKeyService)
      .useValue({ get: () => ({ label: "a test" }) })
      .compile();
    expect(module.get(Billing).payer()).toBe("a test");
  });
});
