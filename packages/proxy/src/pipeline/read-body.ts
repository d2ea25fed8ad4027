import type { MaybePromise } from "@keybrake/ledger";
import { type FormFields, jsonToForm, parseForm, parseJson, Unreadable } from "@keybrake/vendors";
import { COLLECT_BELOW_BYTES, collect, hasBody, isSmall } from "../collect-body.ts";
import type { Body, Call } from "./call.ts";

const FORM = "application/x-www-form-urlencoded";
const JSON_TYPE = "application/json";

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
  const { content, contentType } = body;
  if (route.body === undefined || !Buffer.isBuffer(content)) return body;
  if (request.headers["content-encoding"] !== undefined) throw new Unreadable("the body is compressed");
  if (request.headers.trailer !== undefined) throw new Unreadable("the body has trailers");
  const type = toMediaType(contentType);
  if (route.body === "form" && type === FORM) {
    return { content, form: parseForm(content), json: undefined, contentType };
  }
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
  if (contentType === FORM || contentType === JSON_TYPE) return contentType;
  const [type = "", ...parameters] = (contentType ?? "").toLowerCase().split(";");
  const plain = parameters.every((parameter) => /^\s*charset="?utf-8"?\s*$/.test(parameter));
  return plain ? type.trim() : "";
}
