import { createKeybrake, type IssuePolicy, type Keybrake, type KeyInfo, type VaultKey } from "@keybrake/core";
import { stripeOptions } from "@keybrake/core/stripe";
import { startReferenceProxy } from "@keybrake/proxy/testing";
import { startStripeSandbox } from "@keybrake/sandbox";
import Stripe from "stripe";
import { afterAll, beforeAll, beforeEach, expect, vi } from "vitest";
import { z } from "zod";
import { type VaultTool, vaultTool } from "../src/index.ts";

/** A real proxy before a fake Stripe, for the tests of one file. */
export interface TestBench {
  readonly client: Keybrake;
  /** Of the present test: five charges of $20 fit. */
  readonly policy: IssuePolicy;
  /** Charges $20 with the Stripe SDK. */
  readonly charge: VaultTool<Record<string, never>, { id: string }, unknown>;
  /** The keys that `charge` was given in the present test. */
  readonly given: VaultKey[];
  /** What nobody may see: their tokens, Stripe's key, the backend's token. */
  readonly secrets: string[];
  /** What the fake Stripe says was charged in the present test, in cents. */
  chargedCents(): number;
  /** The keys of the present test, as the proxy lists them. */
  keys(): Promise<KeyInfo[]>;
  /** Waits until each of the test's keys is revoked, and checks how many there are. */
  untilRevoked(count?: number): Promise<void>;
}

export function setupBench(): TestBench {
  let sandbox: Awaited<ReturnType<typeof startStripeSandbox>>;
  let reference: Awaited<ReturnType<typeof startReferenceProxy>>;
  let client: Keybrake;
  let tests = 0;
  const given: VaultKey[] = [];

  beforeAll(async () => {
    sandbox = await startStripeSandbox();
    reference = await startReferenceProxy(sandbox);
    client = createKeybrake(reference.keybrake.options);
  });
  beforeEach(() => {
    tests += 1;
    given.length = 0;
    sandbox.reset();
  });
  afterAll(async () => {
    await reference.close();
    await sandbox.close();
  });

  async function keys(): Promise<KeyInfo[]> {
    return (await client.listKeys({ labelPrefix: `test-${tests}/` })).data;
  }

  return {
    get client() {
      return client;
    },
    get policy() {
      return { label: `test-${tests}/run`, vendor: "stripe", totalUsdCap: 100 };
    },
    get secrets() {
      return [...given.map(({ token }) => token), sandbox.secretKey, reference.keybrake.options.token];
    },
    given,
    charge: vaultTool({
      description: "Charges $20",
      inputSchema: z.object({}),
      execute: async (_input, _options, key) => {
        given.push(key);
        const { id } = await toStripe(key).paymentIntents.create({ amount: 2000, currency: "usd" });
        return { id };
      },
    }),
    chargedCents: () => sandbox.ledger().grossMinor.usd ?? 0,
    keys,
    async untilRevoked(count = 1) {
      await vi.waitFor(
        async () => expect((await keys()).map(({ status }) => status)).toEqual(Array(count).fill("revoked")),
        { timeout: 30_000 },
      );
    },
  };
}

export function toStripe(key: VaultKey): Stripe {
  return new Stripe(key.token, stripeOptions(key, Stripe));
}
