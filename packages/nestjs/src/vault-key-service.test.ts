import { setTimeout as sleep } from "node:timers/promises";
import { createKeybrake, type IssuePolicy, withVaultKey } from "@keybrake/core";
import { startReferenceProxy } from "@keybrake/proxy/testing";
import { startStripeSandbox } from "@keybrake/sandbox";
import { setupKeybrake } from "@keybrake/testing/vitest";
import { Controller, Get, Inject, Injectable, Param, Sse } from "@nestjs/common";
import { concatMap, interval, map, type Observable, take } from "rxjs";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { platforms } from "../test-support/platforms.ts";
import { startNest } from "../test-support/start-nest.ts";
import { UseVaultKey, VaultKeyService } from "./index.ts";

const keybrake = setupKeybrake();
const policy: IssuePolicy = { label: "agent/7", vendor: "stripe", uncapped: true };

/** A service that no controller hands a key to. */
@Injectable()
class Billing {
  readonly #vaultKeys: VaultKeyService;

  constructor(@Inject(VaultKeyService) vaultKeys: VaultKeyService) {
    this.#vaultKeys = vaultKeys;
  }

  label(): string {
    return this.#vaultKeys.get().label;
  }

  async labelAfterAWhile(): Promise<string> {
    await sleep(1);
    await new Promise<void>((resolve) => setImmediate(resolve));
    await Promise.all([1, 2].map(async () => queueMicrotask(() => {})));
    return this.label();
  }

  async charge(): Promise<number> {
    const body = new URLSearchParams({ amount: "100", currency: "usd" });
    return (await this.#vaultKeys.get("stripe").fetch("/v1/payment_intents", { method: "POST", body }))
      .status;
  }
}

/** A controller whose handlers leave everything to the service. */
@Controller("users")
@UseVaultKey((context) => ({ ...policy, label: `user-${context.switchToHttp().getRequest().params.user}` }))
class Users {
  readonly #billing: Billing;

  constructor(@Inject(Billing) billing: Billing) {
    this.#billing = billing;
  }

  @Get(":user")
  async show(@Param("user") user: string): Promise<object> {
    const label = await this.#billing.labelAfterAWhile();
    return { user, label, status: await this.#billing.charge() };
  }

  @Sse(":user/events")
  events(): Observable<{ data: string }> {
    return interval(1).pipe(
      take(2),
      concatMap(() => this.#billing.labelAfterAWhile()),
      map((label) => ({ data: label })),
    );
  }
}

describe.each(platforms)("VaultKeyService, $name", (platform) => {
  it("knows the key in whatever a handler calls, and in what it subscribes to", async () => {
    keybrake.vendor("stripe", () => Response.json({}));
    const { call } = await startNest(platform, { controllers: [Users], providers: [Billing] });
    expect(await (await call("/users/ada")).json()).toEqual({ user: "ada", label: "user-ada", status: 200 });
    expect((await (await call("/users/bob/events")).text()).match(/^data: .*$/gm)).toEqual([
      "data: user-bob",
      "data: user-bob",
    ]);
  });

  it("never shows one of 200 concurrent requests the key of another, and all keys end", async () => {
    const sandbox = await startStripeSandbox();
    onTestFinished(() => sandbox.close());
    const reference = await startReferenceProxy(sandbox);
    onTestFinished(() => reference.close());
    const client = createKeybrake({ ...reference.keybrake.options, timeoutMs: 60_000 });
    const { call } = await startNest(platform, { controllers: [Users], providers: [Billing] }, { client });

    const users = Array.from({ length: 200 }, (_, index) => `user${index}`);
    const answers = await Promise.all(users.map(async (user) => (await call(`/users/${user}`)).json()));

    expect(answers).toEqual(users.map((user) => ({ user, label: `user-${user}`, status: 200 })));
    expect(sandbox.ledger().grossMinor).toEqual({ usd: 200 * 100 });
    await vi.waitFor(async () => expect((await client.listKeys({ status: "active" })).data).toEqual([]), {
      timeout: 5_000,
    });
    const firstPage = await client.listKeys({ status: "revoked", limit: 100 });
    const startingAfter = firstPage.data.at(-1)?.id ?? "";
    const secondPage = await client.listKeys({ status: "revoked", limit: 100, startingAfter });
    const labels = [...firstPage.data, ...secondPage.data].map(({ label }) => label);
    expect(labels.sort()).toEqual(users.map((user) => `user-${user}`).sort());
  });

  it("says what is missing where no key is", async () => {
    const { app } = await startNest(platform, { providers: [Billing] });
    expect(() => app.get(Billing).label()).toThrow(
      "No vault key here: it takes @UseVaultKey(policy) on the route, or VaultKeyService.run(key, work).",
    );
  });

  it("runs work with a key that was issued by hand", async () => {
    const { app } = await startNest(platform, { providers: [Billing] });
    const label = await withVaultKey({ ...policy, label: "nightly-job" }, (key) =>
      app.get(VaultKeyService).run(key, () => app.get(Billing).labelAfterAWhile()),
    );
    expect(label).toBe("nightly-job");
    expect(keybrake.revoked).toHaveLength(1);
  });
});
