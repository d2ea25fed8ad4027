import { createRoutes } from "../find-route.ts";
import type { TwilioHandler } from "./account.ts";
import { createApiKey, createSubaccount, fetchAccount, listAccounts } from "./accounts.ts";
import { createCall, fetchCall, listCalls } from "./calls.ts";
import { lookUpPhoneNumber } from "./lookups.ts";
import { createMessage, fetchMessage, listMessages } from "./messages.ts";
import { buyPhoneNumber, listPhoneNumbers } from "./phone-numbers.ts";
import { createService, fetchService, listServices } from "./services.ts";
import { createVerification, fetchAttempt, listAttempts } from "./verifications.ts";

const account = "/2010-04-01/Accounts/:account";

/** Every product host at once: their paths never meet, so the host need not be known. */
export const routes = createRoutes<TwilioHandler>([
  ["GET /2010-04-01/Accounts.json", listAccounts],
  ["POST /2010-04-01/Accounts.json", createSubaccount],
  [`GET ${account}.json`, fetchAccount],
  [`POST ${account}/Keys.json`, createApiKey],
  [`POST ${account}/Messages.json`, createMessage],
  [`GET ${account}/Messages.json`, listMessages],
  [`GET ${account}/Messages/:sid.json`, fetchMessage],
  [`POST ${account}/Calls.json`, createCall],
  [`GET ${account}/Calls.json`, listCalls],
  [`GET ${account}/Calls/:sid.json`, fetchCall],
  [`POST ${account}/IncomingPhoneNumbers.json`, buyPhoneNumber],
  [`GET ${account}/IncomingPhoneNumbers.json`, listPhoneNumbers],
  [`POST ${account}/IncomingPhoneNumbers/Local.json`, buyPhoneNumber],
  [`POST ${account}/IncomingPhoneNumbers/Mobile.json`, buyPhoneNumber],
  [`POST ${account}/IncomingPhoneNumbers/TollFree.json`, buyPhoneNumber],
  ["GET /v1/Services", listServices],
  ["POST /v1/Services", createService],
  ["GET /v1/Services/:sid", fetchService],
  ["GET /v2/PhoneNumbers/:number", lookUpPhoneNumber],
  ["POST /v2/Services/:service/Verifications", createVerification],
  ["GET /v2/Attempts", listAttempts],
  ["GET /v2/Attempts/:sid", fetchAttempt],
]);
