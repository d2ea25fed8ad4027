import { createRoutes } from "../find-route.ts";
import { createApiKey, listApiKeys } from "./api-keys.ts";
import { sendBatch } from "./batch.ts";
import {
  createBroadcast,
  fetchBroadcast,
  listBroadcasts,
  listContacts,
  sendBroadcast,
} from "./broadcasts.ts";
import { listDomains } from "./domains.ts";
import { fetchEmail, listEmails, sendEmail } from "./emails.ts";
import type { ResendHandler } from "./world.ts";

export interface ResendRoute {
  readonly handler: ResendHandler;
  /** On success. */
  readonly status: 200 | 201;
  /** Whether it heeds an `Idempotency-Key`. */
  readonly keyed: boolean;
}

function route(handler: ResendHandler, details: Partial<ResendRoute> = {}): ResendRoute {
  return { handler, status: 200, keyed: false, ...details };
}

export const routes = createRoutes<ResendRoute>([
  ["POST /emails", route(sendEmail, { keyed: true })],
  ["POST /emails/batch", route(sendBatch, { keyed: true })],
  ["GET /emails", route(listEmails)],
  ["GET /emails/:id", route(fetchEmail)],
  ["GET /domains", route(listDomains)],
  ["POST /api-keys", route(createApiKey, { status: 201 })],
  ["GET /api-keys", route(listApiKeys)],
  ["POST /broadcasts", route(createBroadcast, { status: 201 })],
  ["GET /broadcasts", route(listBroadcasts)],
  ["GET /broadcasts/:id", route(fetchBroadcast)],
  ["POST /broadcasts/:id/send", route(sendBroadcast)],
  ["GET /segments/:id/contacts", route(listContacts)],
]);
