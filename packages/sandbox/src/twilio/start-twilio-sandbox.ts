import { type Sandbox, type SandboxOptions, startSandboxServer } from "../sandbox-server.ts";
import { createAccount, type TwilioWorld } from "./account.ts";
import { defaultPrices, type TwilioPriceBook } from "./price-book.ts";
import { createTwilioVendor } from "./twilio-vendor.ts";

export interface TwilioSandboxOptions extends SandboxOptions {
  /** The main account, `AC` and 32 hexadecimal digits. Default `AC000…001`. */
  readonly accountSid?: string;
  /** Its password. Default `sandbox_auth_token`. */
  readonly authToken?: string;
  /** An API key of the main account, `SK` and 32 hexadecimal digits. Default `SK000…001`. */
  readonly apiKeySid?: string;
  /** Its password. Default `sandbox_api_key_secret`. */
  readonly apiKeySecret?: string;
  /** Prices that replace the default ones, in millionths of a US dollar. */
  readonly prices?: Partial<TwilioPriceBook>;
  /** How long the price of a message, a call or a verification attempt stays unknown, in milliseconds. Default 0. */
  readonly priceAfterMs?: number;
  /** How many fetches of it still show no price. Default 0: the first fetch shows it. */
  readonly priceAfterFetches?: number;
  /** How long a call lasts unless its `TimeLimit` ends it, in seconds. Default 3600. */
  readonly callSeconds?: number;
}

/** The price that a message, a call or a verification attempt shows. */
export interface TwilioPrice {
  /** `SM…`, `MM…`, `CA…` or `VL…`. */
  readonly sid: string;
  /** As Twilio writes it: `-1.2`. */
  readonly price: string;
  /** Default `USD`. */
  readonly priceUnit?: string;
}

/** A running Twilio emulator. One port serves every product host; the path tells them apart. */
export interface TwilioSandbox extends Sandbox {
  readonly accountSid: string;
  readonly authToken: string;
  readonly apiKeySid: string;
  readonly apiKeySecret: string;
  /** A sub-account of the main one, whose credentials can act on it too. */
  readonly subaccountSid: string;
  /** Lets something show another price than the book's, at once. What the ledger has booked stays. */
  setPrice(price: TwilioPrice): void;
}

/**
 * Starts a Twilio emulator on its own port: messages, calls, Lookup, Verify, messaging services, numbers,
 * accounts. It sends no message, and records in its own ledger what it would have charged.
 *
 * @example
 * const sandbox = await startTwilioSandbox({ prices: { smsSegment: { "1": 8_300, "": 50_000 } } });
 * const client = twilio(sandbox.accountSid, sandbox.authToken);
 * client.api.baseUrl = sandbox.url;
 * await client.messages.create({ to: "+14155550100", from: "+15005550006", body: "hi" });
 * sandbox.ledger().grossMicroUsd; // 8300
 * await sandbox.close();
 */
export async function startTwilioSandbox(options: TwilioSandboxOptions = {}): Promise<TwilioSandbox> {
  const {
    accountSid = toSid("AC", 1),
    authToken = "sandbox_auth_token",
    apiKeySid = toSid("SK", 1),
    apiKeySecret = "sandbox_api_key_secret",
    priceAfterMs = 0,
    priceAfterFetches = 0,
    callSeconds = 3600,
    now = Date.now,
  } = options;
  const subaccountSid = toSid("AC", 2);
  const world: TwilioWorld = {
    prices: { ...defaultPrices, ...options.prices },
    timing: { afterMs: priceAfterMs, afterFetches: priceAfterFetches },
    callSeconds,
    accounts: new Map(),
    apiKeys: new Map(),
    bills: new Map(),
  };

  function resetWorld(): void {
    world.accounts.clear();
    world.apiKeys.clear();
    world.bills.clear();
    const shared = { ownerSid: accountSid, createdAtMs: now() };
    const main = { ...shared, sid: accountSid, authToken, friendlyName: "Main" };
    const sub = { ...shared, sid: subaccountSid, authToken: "sandbox_sub_auth_token", friendlyName: "Sub" };
    for (const account of [main, sub]) world.accounts.set(account.sid, createAccount(account));
    world.apiKeys.set(apiKeySid, { secret: apiKeySecret, accountSid });
  }

  const sandbox = await startSandboxServer(options, (context) =>
    createTwilioVendor({ ...context, world, resetWorld }),
  );
  return {
    ...sandbox,
    accountSid,
    authToken,
    apiKeySid,
    apiKeySecret,
    subaccountSid,
    setPrice({ sid, price, priceUnit = "USD" }) {
      const bill = world.bills.get(sid);
      if (!bill) throw new TypeError(`nothing with a price is called ${sid}`);
      bill.shown = { price, price_unit: priceUnit };
    },
  };
}

function toSid(prefix: string, number: number): string {
  return prefix + String(number).padStart(32, "0");
}
