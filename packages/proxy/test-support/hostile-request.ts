/**
 * A request that an honest client would never send. `{token}` stands for a valid vault key of an uncapped policy; it
 * must be answered by a 4xx of the one envelope, reach no vendor and cost nothing.
 */
export interface HostileRequest {
  name: string;
  /** The exact bytes. */
  bytes: string;
  /** The codes that may answer it. */
  codes: readonly string[];
}

export const FORM = "application/x-www-form-urlencoded";
export const CHARGE = "amount=100&currency=usd&source=tok_visa";
export const AUTH = "Authorization: Bearer {token}\r\n";

/** A POST with a body and its true length, as far as `headers` do not say otherwise. */
export function post(target: string, headers: string, body = CHARGE, contentType = FORM): string {
  return `POST ${target} HTTP/1.1\r\nHost: proxy\r\n${headers}Content-Type: ${contentType}\r\nContent-Length: ${Buffer.byteLength(body, "latin1")}\r\n\r\n${body}`;
}
