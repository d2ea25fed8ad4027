import type { IncomingMessage } from "node:http";
import { Refused } from "./refusals/refused.ts";

// Handing one small Buffer over is a third cheaper than streaming it.
export const COLLECT_BELOW_BYTES = 65_536;

export function hasBody({ headers }: IncomingMessage): boolean {
  const length = headers["content-length"];
  return headers["transfer-encoding"] !== undefined || (length !== undefined && length !== "0");
}

/** Whether the body's declared length is below what is collected anyway. */
export function isSmall({ headers }: IncomingMessage): boolean {
  const length = headers["content-length"];
  const isChunked = headers["transfer-encoding"] !== undefined;
  return !isChunked && Number(length ?? 0) <= COLLECT_BELOW_BYTES;
}

/** The whole body. A caller that leaves before its end gets no answer and reaches nobody. */
export function collect(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  if (!hasBody(request)) return Promise.resolve(Buffer.alloc(0));
  if (Number(request.headers["content-length"] ?? 0) > maxBytes) return Promise.reject(tooLarge(maxBytes));
  // A caller that left before anybody listened tells nobody any more.
  if (request.destroyed && !request.readableEnded) return Promise.reject(truncated());
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on("data", (chunk: Buffer) => {
      length += chunk.length;
      if (length > maxBytes) reject(tooLarge(maxBytes));
      else chunks.push(chunk);
    });
    request.on("end", () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
    request.on("error", () => reject(truncated()));
    request.on("close", () => {
      if (!request.readableEnded) reject(truncated());
    });
  });
}

function tooLarge(maxBytes: number): Refused {
  return new Refused({
    code: "request_too_large",
    message: `The body is larger than ${maxBytes} bytes, which is the most that the proxy collects to price a call. Nothing was forwarded. Send a smaller body, or ask the operator to raise limits.body_bytes.`,
  });
}

function truncated(): Refused {
  return new Refused({
    code: "malformed_request",
    message: "Malformed request: the body ended before its length.",
  });
}
