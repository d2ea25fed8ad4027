import type { IncomingMessage, ServerResponse } from "node:http";
import { isSmall } from "../collect-body.ts";

const HEAR_OUT_MS = 1000;

/** Whether a caller may still be sending more than is worth reading for the sake of a kept connection. */
export function mustHearOut(request: IncomingMessage): boolean {
  return !request.complete && !isSmall(request);
}

/**
 * Ends a response when the client has sent its body, or after a second. What the client still sends is dropped: if the
 * connection closed under a client that is still sending, the response would be lost.
 */
export function endAfterBody(request: IncomingMessage, response: ServerResponse): void {
  request.resume();
  const end = (): void => {
    clearTimeout(timer);
    response.end();
  };
  const timer = setTimeout(end, HEAR_OUT_MS);
  request.once("end", end);
  request.once("close", end);
}
