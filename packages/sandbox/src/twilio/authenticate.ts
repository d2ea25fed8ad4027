import type { Account, TwilioWorld } from "./account.ts";
import { unauthorized } from "./errors.ts";

/** The account behind Basic auth: its SID with its token, or an API key's SID with that key's secret. */
export function authenticate(authorization: string, world: TwilioWorld): Account {
  const [scheme = "", credential = ""] = authorization.trim().split(/\s+/);
  if (scheme.toLowerCase() !== "basic") throw unauthorized();
  const text = Buffer.from(credential, "base64").toString();
  const colon = text.indexOf(":");
  const user = text.slice(0, Math.max(0, colon));
  const password = text.slice(colon + 1);
  const apiKey = world.apiKeys.get(user);
  const account = world.accounts.get(apiKey?.accountSid ?? user);
  if (!account || password !== (apiKey?.secret ?? account.authToken)) throw unauthorized();
  return account;
}

/** The wallet a call is on: the account in its path, if that is the caller's own or a sub-account of it. */
export function chooseWallet(caller: Account, sidInPath: string | undefined, world: TwilioWorld): Account {
  if (sidInPath === undefined) return caller;
  const wallet = world.accounts.get(sidInPath);
  if (!wallet || (wallet !== caller && wallet.ownerSid !== caller.sid)) throw unauthorized();
  return wallet;
}
