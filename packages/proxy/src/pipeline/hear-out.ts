import type { IncomingMessage, ServerResponse } from "node:http";
import { isSmall } from "./read-body.ts";

const HEAR_OUT_MS = 1000;

/** Whether a caller may still be sending more than is worth reading for the sake of a kept connection. */
export function mustHearOut(request: IncomingMessage): boolean {
  return !request.complete && !isSmall(request);
}

/**
 * Sends an answer at once, but ends it when the caller has sent its body, or after a second: a connection that is
 * closed under a caller who is still sending swallows the answer.
 */
export function endAfterBody(request: IncomingMessage, response: ServerResponse, bytes: Buffer): void {
  response.write(bytes);
  const end = (): void => {
    clearTimeout(timer);
    response.end();
  };
  const timer = setTimeout(end, HEAR_OUT_MS);
  request.once("end", end);
  request.once("close", end);
}
