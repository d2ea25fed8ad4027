import type { RouteDefinition, VendorDefinition } from "../../define-vendor.ts";
import type { VendorSettings } from "../../vendor-settings.ts";
import { createBroadcastPricer, createSendPricer } from "./price-broadcast.ts";
import { createBatchPricer, createEmailPricer } from "./price-email.ts";

// Elsewhere the key is ignored. https://resend.com/docs/dashboard/emails/idempotency-keys
const HEEDS_KEYS = new Set(["/emails", "/emails/batch"]);

/** Resend's API. What a recipient costs is the operator's to say: see the README beside this file. */
export function createResend({ prices }: VendorSettings): VendorDefinition {
  return {
    name: "resend",
    upstream: "https://api.resend.com",
    auth: { authorization: "Bearer {{secret}}" },
    idempotency: { header: "idempotency-key", heeds: (path) => HEEDS_KEYS.has(path) },
    // Not 409: another try with the same key may be under way, or have been done. https://resend.com/docs/api-reference/errors
    refusedStatuses: [400, 401, 403, 404, 405, 413, 415, 422, 429, 451],
    undeclaredReads: "free",
    routes: [
      { match: ["POST /emails"], body: "json", price: createEmailPricer(prices) },
      { match: ["POST /emails/batch"], body: "json", price: createBatchPricer(prices) },
      { match: ["POST /broadcasts"], body: "json", price: createBroadcastPricer(prices) },
      { match: ["POST /broadcasts/*/send"], body: "json", price: createSendPricer(prices), continues: true },
      ...ROUTES,
    ],
  };
}

const SECRET = [
  // A whole new key.
  "POST /api-keys",
  "/oauth/token",
  // The secret that webhooks are signed with.
  "POST /webhooks",
  "GET /webhooks/*",
  "PATCH /webhooks/*",
  "POST /webhooks/*/signing-secret/*",
  // The bodies of other answers, and so what these hide.
  "GET /logs/*",
];

/** To whom these send, and how often, is not in the request. */
const UNPRICED = [
  "POST /broadcasts/*",
  "PATCH /broadcasts/*",
  "POST /events",
  "POST /events/*",
  "PATCH /events/*",
  "POST /automations",
  "POST /automations/*",
  "PATCH /automations/*",
  "POST /inboxes",
  "POST /inboxes/*",
  "PATCH /inboxes/*",
];

/** What changes something and sends nothing. */
const FREE = [
  // To move or to cancel what was counted when it was scheduled.
  "PATCH /emails/*",
  "POST /emails/*/cancel",
  "POST /emails/*/share",
  "POST /broadcasts/*/cancel",
  "DELETE /broadcasts/*",
  "POST /automations/*/stop",
  "DELETE /automations/*",
  "DELETE /events/*",
  "DELETE /inboxes/*",
  "DELETE /webhooks/*",
  "POST /webhooks/*/events/*/replay",
  ...[
    "audiences",
    "contacts",
    "contact-properties",
    "domains",
    "segments",
    "suppressions",
    "templates",
    "topics",
  ].flatMap((resource) => [
    `POST /${resource}`,
    `POST /${resource}/*`,
    `PATCH /${resource}/*`,
    `DELETE /${resource}/*`,
  ]),
];

const ROUTES: RouteDefinition[] = [
  { match: ["GET /webhooks/*/events", "GET /webhooks/*/events/*"], price: "free" },
  { match: SECRET, price: "secret" },
  { match: FREE, price: "free" },
  { match: UNPRICED, price: "unpriced" },
];
