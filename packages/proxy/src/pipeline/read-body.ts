import type { IncomingMessage } from "node:http";
import { type FormFields, jsonToForm, parseForm, parseJson, Unreadable } from "@keybrake/vendors";
import { Refused } from "../refusals/refused.ts";
import type { Body, Call } from "./call.ts";

const FORM = "application/x-www-form-urlencoded";
const JSON_TYPE = "application/json";

// Handing one small Buffer over is a third cheaper than streaming it.
const COLLECT_BELOW_BYTES = 65_536;

/**
 * The body as far as the call needs it: whole where a price or a replay depends on it, whole where it is small,
 * the request itself otherwise.
 *
 * @throws {Refused} above the limit, or cut off
 */
export async function takeBody(
  { request, route }: Call,
  maxBytes: number,
  mustCollect: boolean,
): Promise<Body> {
  const body: Body = {
    content: null,
    form: new Map(),
    json: undefined,
    contentType: request.headers["content-type"],
  };
  if (!hasBody(request)) return body;
  const isNeeded = route.body !== undefined || mustCollect;
  if (!isNeeded && !isSmall(request)) return { ...body, content: request };
  return { ...body, content: await collect(request, isNeeded ? maxBytes : COLLECT_BELOW_BYTES) };
}

/**
 * Reads a collected body for its price; what is forwarded is what was read.
 *
 * @throws {Unreadable} not of the one encoding that the route takes
 */
export function readBody({ request, route, vendor }: Call, body: Body): Body {
  const { content, contentType } = body;
  if (route.body === undefined || !Buffer.isBuffer(content)) return body;
  if (request.headers["content-encoding"] !== undefined) throw new Unreadable("the body is compressed");
  if (request.headers.trailer !== undefined) throw new Unreadable("the body has trailers");
  const type = toMediaType(contentType);
  if (route.body === "form" && type === FORM) return { ...body, form: parseForm(content) };
  if (route.body === "form" && type === JSON_TYPE && vendor.jsonToForm) return toFormBody(content);
  if (route.body === "json" && type === JSON_TYPE) return { ...body, json: parseJson(content) };
  throw new Unreadable(`the body must be ${route.body === "form" ? FORM : JSON_TYPE}`);
}

function toFormBody(json: Buffer): Body {
  const content = jsonToForm(parseJson(json));
  const form: FormFields = parseForm(content);
  return { content, form, json: undefined, contentType: FORM };
}

function toMediaType(contentType: string | undefined): string {
  const [type = "", ...parameters] = (contentType ?? "").toLowerCase().split(";");
  const plain = parameters.every((parameter) => /^\s*charset="?utf-8"?\s*$/.test(parameter));
  return plain ? type.trim() : "";
}

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
    message: `The body is larger than ${maxBytes} bytes, the most this proxy reads of such a call.`,
  });
}

function truncated(): Refused {
  return new Refused({
    code: "malformed_request",
    message: "Malformed request: the body ended before its length.",
  });
}
