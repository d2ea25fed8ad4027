import type { RouteDefinition, VendorDefinition } from "../../define-vendor.ts";
import type { PriceBook } from "../../price-book.ts";
import type { VendorSettings } from "../../vendor-settings.ts";
import { PRODUCTS } from "./hosts.ts";
import { createCallPricer, priceCallUpdate } from "./price-call.ts";
import { createLookupPricer, priceLookupV1 } from "./price-lookup.ts";
import { createMessagePricer } from "./price-message.ts";
import { createNumberPricer } from "./price-number.ts";
import { createVerificationPricer } from "./price-verification.ts";
import { readAccounts } from "./read-accounts.ts";

/** Twilio's APIs. What things cost is the operator's to say: the lists are in the README beside this file. */
export function createTwilio({ prices }: VendorSettings): VendorDefinition {
  return {
    name: "twilio",
    upstream: "https://api.twilio.com",
    upstreams: Object.fromEntries(PRODUCTS.map((name) => [name, `https://${name}.twilio.com`])),
    hosts: { domain: "twilio.com", main: "api", names: PRODUCTS },
    auth: { authorization: "Basic {{basic}}" },
    pathAccounts: {
      read: readAccounts,
      isAccount: (text) => /^AC[0-9A-Za-z]+$/.test(text),
      credentialForm: "AC…:auth_token, or SK…:secret with the AC…",
    },
    // No idempotency: a POST that is sent twice is done twice. https://www.twilio.com/docs/api/errors/20500
    refusedStatuses: [400, 401, 403, 404, 405, 410, 413, 415, 422, 429],
    // Of all that can be read, only lookups cost, and `/lookups/*` is listed.
    undeclaredReads: "free",
    routes: [...SECRETS, ...listPriced(prices), ...FREE_AND_INDIRECT],
  };
}

const ACCOUNT = "/2010-04-01/Accounts/*";

/** A resource of the 2010 API in every format it may be asked for, and all that is below it. */
function inEveryFormat(path: string): string[] {
  return [path, `${path}.json`, `${path}.xml`, `${path}.csv`, `${path}/*`];
}

/** Whose answers hold a secret, or let the caller make one. */
const SECRETS: RouteDefinition[] = [
  {
    match: [
      ...inEveryFormat(`${ACCOUNT}/Keys`),
      ...inEveryFormat(`${ACCOUNT}/SigningKeys`),
      ...inEveryFormat(`${ACCOUNT}/Tokens`),
      // Nameless, it would be the account itself.
      ...[".json", ".xml", ".csv"].map((format) => `${ACCOUNT}/${format}`),
      "/2008-08-01/*",
      "/accounts/v1/AuthTokens/*",
      "/iam/*",
      "/oauth/*",
      "/preview-iam/*",
      "/flex-api/v1/Insights/*",
      "/serverless/v1/Services/*/Environments/*/Variables",
      "/serverless/v1/Services/*/Environments/*/Variables/*",
      "/verify/v2/Services/*/AccessTokens",
      "/verify/v2/Services/*/Entities/*/AccessTokens",
      "POST /verify/v2/Services/*/Factors",
      "POST /verify/v2/Services/*/Entities/*/Factors",
    ],
    price: "secret",
  },
];

function listPriced(prices: PriceBook): RouteDefinition[] {
  const lookup = createLookupPricer(prices);
  const number = createNumberPricer(prices);
  return [
    {
      match: [`POST ${ACCOUNT}/Messages.json`, `POST ${ACCOUNT}/Messages`],
      body: "form",
      price: createMessagePricer(prices),
    },
    {
      match: [`POST ${ACCOUNT}/Calls.json`, `POST ${ACCOUNT}/Calls`],
      body: "form",
      price: createCallPricer(prices),
    },
    { match: [`POST ${ACCOUNT}/Calls/*`], body: "form", price: priceCallUpdate },
    {
      match: ["", "/Local", "/Mobile", "/TollFree"].flatMap((kind) => [
        `POST ${ACCOUNT}/IncomingPhoneNumbers${kind}.json`,
        ...(kind === "" ? [`POST ${ACCOUNT}/IncomingPhoneNumbers`] : []),
      ]),
      body: "form",
      price: number,
    },
    {
      match: ["POST /verify/v2/Services/*/Verifications"],
      body: "form",
      price: createVerificationPricer(prices),
    },
    { match: ["/lookups/v2/PhoneNumbers/*"], readsQuery: true, price: lookup },
    { match: ["/lookups/v1/PhoneNumbers/*"], readsQuery: true, price: priceLookupV1 },
    // Whatever else a lookup may be called, reading here may cost.
    { match: ["/lookups/*"], price: "unpriced" },
  ];
}

const INDIRECT = [
  "assistants",
  "bulkexports",
  "chat",
  "conversations",
  "flex-api",
  "frontline-api",
  "ip-messaging",
  "knowledge",
  "messaging",
  "notify",
  "proxy",
  "serverless",
  "studio",
  "taskrouter",
  "verify",
  "video",
];

const FREE_AND_INDIRECT: RouteDefinition[] = [
  {
    match: [
      `GET ${ACCOUNT}/*`,
      `HEAD ${ACCOUNT}/*`,
      // To redact or to cancel a message, and to say that it arrived.
      `POST ${ACCOUNT}/Messages/*`,
      `DELETE ${ACCOUNT}/Messages/*`,
      `DELETE ${ACCOUNT}/Calls/*`,
      `DELETE ${ACCOUNT}/Recordings/*`,
      "POST /messaging/v1/Services",
      "POST /verify/v2/Services/*/VerificationCheck",
    ],
    price: "free",
  },
  // They send, call or run things elsewhere, as often as they please.
  { match: [`${ACCOUNT}/*`, ...INDIRECT.map((product) => `POST /${product}/*`)], price: "unpriced" },
  // An account itself, and the list of accounts: their answers hold the auth token.
  { match: ["/2010-04-01", "/2010-04-01/*"], price: "secret" },
];
