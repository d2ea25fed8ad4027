import type { MaybePromise } from "@keybrake/ledger";
import { decodeUtf8, type FormFields, jsonToForm, parseForm, parseJson, Unreadable } from "@keybrake/vendors";
import { COLLECT_BELOW_BYTES, collect, hasBody, isSmall } from "../collect-body.ts";
import type { Body, Call } from "./call.ts";
import { FORM, isJson, JSON_TYPE, readMediaType } from "./media-type.ts";

/**
 * The body as far as the call needs it: whole where a price or a replay depends on it, whole where it is small,
 * the request itself otherwise.
 *
 * @throws {Refused} above the limit, or cut off
 */
export function takeBody(
  { request, route }: Call,
  maxBytes: number,
  mustCollect: boolean,
): MaybePromise<Body> {
  if (!hasBody(request)) return toBody(request, null);
  const isNeeded = route.body !== undefined || mustCollect;
  if (!isNeeded && !isSmall(request)) return toBody(request, request);
  const collected = collect(request, isNeeded ? maxBytes : COLLECT_BELOW_BYTES);
  return collected.then((content) => toBody(request, content));
}

const NO_FIELDS: FormFields = new Map();

function toBody({ headers }: Call["request"], content: Body["content"]): Body {
  return { content, form: NO_FIELDS, json: undefined, contentType: headers["content-type"] };
}

/**
 * Reads a collected body for its price; what is forwarded is what was read.
 *
 * @throws {Unreadable} not of the one encoding that the route takes
 */
export function readBody({ request, route, vendor }: Call, body: Body): Body {
  const { content } = body;
  if (route.body === undefined || !Buffer.isBuffer(content)) return body;
  if (request.headers["content-encoding"] !== undefined) throw new Unreadable("the body is compressed");
  if (request.headers.trailer !== undefined) throw new Unreadable("the body has trailers");
  // Without a type, some servers guess from the bytes. The vendor is told the type that the body was read as.
  const contentType = body.contentType || (route.body === "form" ? FORM : JSON_TYPE);
  const { type, isUtf8 } = readMediaType(contentType);
  if (route.body === "form" && type === FORM) {
    return { content, form: parseForm(content, { isUtf8 }), json: undefined, contentType };
  }
  if (isJson(type) || type === vendor.graphqlType) requireAscii(content, isUtf8);
  if (route.body === "form" && isJson(type) && vendor.jsonToForm) return toFormBody(content);
  if (route.body === "json" && isJson(type)) return { ...body, contentType, json: parseJson(content) };
  if (route.body === "json" && type === vendor.graphqlType) {
    return { ...body, json: new Map([["query", decodeUtf8(content)]]) };
  }
  throw new Unreadable(
    `the Content-Type is ${contentType.slice(0, 100)}, and this endpoint takes ${route.body === "form" ? FORM : JSON_TYPE}`,
  );
}

function toFormBody(json: Buffer): Body {
  const content = jsonToForm(parseJson(json));
  const form: FormFields = parseForm(content);
  return { content, form, json: undefined, contentType: FORM };
}

/** Parsers that disagree about the charset agree about ASCII. */
function requireAscii(content: Buffer, isUtf8: boolean): void {
  if (isUtf8 || content.every((byte) => byte < 0x80)) return;
  throw new Unreadable(
    "the body holds characters beyond ASCII, and its charset isn't UTF-8: send it as UTF-8",
  );
}
