import { type Account, createAccount, newSid, newToken, type TwilioCall, toRfc2822 } from "./account.ts";
import { notFound } from "./errors.ts";
import { listByUri } from "./page.ts";
import { readField } from "./params.ts";

/** Returns the auth token, as Twilio does. A proxy that lets this through leaks its secret. */
export function fetchAccount(call: TwilioCall): object {
  return toResource(call.account);
}

/** Lists the client's own account and its sub-accounts, each with its auth token. */
export function listAccounts(call: TwilioCall): object {
  const own = new Map(
    [...call.world.accounts].filter(
      ([sid, { ownerSid }]) => sid === call.account.sid || ownerSid === call.account.sid,
    ),
  );
  return listByUri(call, "accounts", own, toResource);
}

/** Creates a sub-account. Its SID and token work like those of the main account. */
export function createSubaccount(call: TwilioCall): object {
  if (call.account.ownerSid !== call.account.sid) throw notFound(call.path);
  const subaccount = createAccount({
    sid: newSid("AC"),
    authToken: newToken(),
    friendlyName: readField(call.form, "FriendlyName") ?? "SubAccount",
    ownerSid: call.account.sid,
    createdAtMs: call.nowMs,
  });
  call.world.accounts.set(subaccount.sid, subaccount);
  return toResource(subaccount);
}

/** Issues a new API key, with its secret. */
export function createApiKey(call: TwilioCall): object {
  const sid = newSid("SK");
  const secret = newToken();
  call.world.apiKeys.set(sid, { secret, accountSid: call.account.sid });
  const date = toRfc2822(call.nowMs);
  const friendlyName = readField(call.form, "FriendlyName") ?? null;
  return { sid, friendly_name: friendlyName, date_created: date, date_updated: date, secret };
}

function toResource(account: Account): object {
  const uri = `/2010-04-01/Accounts/${account.sid}`;
  const date = toRfc2822(account.createdAtMs);
  return {
    auth_token: account.authToken,
    date_created: date,
    date_updated: date,
    friendly_name: account.friendlyName,
    owner_account_sid: account.ownerSid,
    sid: account.sid,
    status: "active",
    subresource_uris: { messages: `${uri}/Messages.json`, calls: `${uri}/Calls.json` },
    type: "Full",
    uri: `${uri}.json`,
  };
}
