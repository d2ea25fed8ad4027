import { SEQUENCE } from "./load-order.ts";

/** In cents. The vendor answers with the same. */
export const AMOUNT = 2000;

const FORM = `amount=${AMOUNT}&currency=usd&automatic_payment_methods%5Benabled%5D=true&description=Order+1042&metadata%5Border%5D=1042`;

interface Parts {
  token: string;
  /** What comes before the vendor's own path, such as `/stripe`. */
  prefix?: string;
  headers?: readonly string[];
}

/** A payment as Stripe's library sends it. */
export function makePayment(
  { token, prefix = "", headers = [] }: Parts,
  path = "/v1/payment_intents",
): string {
  return [
    `POST ${prefix}${path} HTTP/1.1`,
    ...makeHeaders(token),
    "Content-Type: application/x-www-form-urlencoded",
    `Content-Length: ${FORM.length}`,
    `Idempotency-Key: 1f0d7b5e-7f0e-4d3d-9c0f-${SEQUENCE}`,
    ...headers,
    "",
    FORM,
  ].join("\r\n");
}

export function makeGet({ token, prefix = "", headers = [] }: Parts, path: string): string {
  return [`GET ${prefix}${path} HTTP/1.1`, ...makeHeaders(token), ...headers, "", ""].join("\r\n");
}

export function makeJsonPost(token: string, path: string, body: object): string {
  const text = JSON.stringify(body);
  return [
    `POST ${path} HTTP/1.1`,
    ...makeHeaders(token),
    "Content-Type: application/json",
    `Content-Length: ${Buffer.byteLength(text)}`,
    "",
    text,
  ].join("\r\n");
}

function makeHeaders(token: string): string[] {
  return [
    "Host: 127.0.0.1",
    `Authorization: Bearer ${token}`,
    "User-Agent: Stripe/v1 NodeBindings/23.1.0",
    "Accept: application/json",
    "Stripe-Version: 2026-10-28.basil",
    "Connection: keep-alive",
  ];
}
