import type { OutgoingHttpHeaders } from "node:http";
import type { Call } from "./call.ts";
import { nameAgent, separateTenants, type VendorHeaders } from "./identify.ts";
import { maskText } from "./mask.ts";

// Hop-by-hop (RFC 9110, 7.6.1), the caller's own credentials and whereabouts, and what could change the method.
const DROPPED = new Set([
  "accept-encoding",
  "authorization",
  "connection",
  "content-length",
  "content-type",
  "cookie",
  "cookie2",
  "expect",
  "forwarded",
  "host",
  "http2-settings",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "true-client-ip",
  "via",
  "x-client-ip",
  "x-http-method",
  "x-http-method-override",
  "x-method-override",
  "x-original-url",
  "x-real-ip",
  "x-rewrite-url",
]);

const DROPPED_PREFIX = /^(?:x-forwarded-|keybrake-|x-keybrake-)/;

// Some vendors' servers take `Stripe_Account` for `Stripe-Account`, which would pass every check of the latter.
const isDropped = (name: string): boolean => isOurs(name) || name.includes("_") || DROPPED.has(name);

/** Whether a name is one of a proxy: ours, or those before us. */
const isOurs = (name: string): boolean =>
  (name.startsWith("x-") || name.startsWith("keybrake-")) && DROPPED_PREFIX.test(name);

/** The headers that go to the vendor: the caller's, cleaned, with the real credential. */
export function toVendorHeaders(call: Call): VendorHeaders {
  const { vendor, body, credential } = call;
  const headers: VendorHeaders = {};
  const given = call.request.headers;
  for (const name in given) {
    const value = given[name];
    if (value === undefined || isDropped(name) || name === vendor.tokenHeader) continue;
    headers[name] = value;
  }
  // Answers must come plain: their cost is read, and secrets in them are masked.
  headers["accept-encoding"] = "identity";
  if (body.contentType !== undefined) headers["content-type"] = body.contentType;
  if (Buffer.isBuffer(body.content)) headers["content-length"] = String(body.content.length);
  else if (body.content && call.request.headers["content-length"] !== undefined) {
    headers["content-length"] = call.request.headers["content-length"];
  }
  if (vendor.idempotency && call.idempotencyKey !== undefined) {
    headers[vendor.idempotency.header] = call.idempotencyKey;
  }
  if (call.source.isShared) separateTenants(headers, call);
  if (vendor.identity) nameAgent(headers, call);
  return Object.assign(headers, credential.headers);
}

const NOT_HANDED_BACK = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-connection",
  "set-cookie",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** The vendor's headers that the caller gets. Ours are ours alone: a vendor can't speak in our name. */
export function toCallerHeaders(
  headers: Record<string, string | string[] | undefined>,
  secrets: readonly string[],
): OutgoingHttpHeaders {
  const handedBack: OutgoingHttpHeaders = {};
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined || NOT_HANDED_BACK.has(name) || isOurs(name)) continue;
    handedBack[name] = Array.isArray(value)
      ? value.map((text) => maskText(text, secrets))
      : maskText(value, secrets);
  }
  return handedBack;
}
