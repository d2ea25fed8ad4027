import { Unreadable } from "@keybrake/vendors";

export const FORM = "application/x-www-form-urlencoded";
export const JSON_TYPE = "application/json";

/** The type of a body, and how certain its bytes are. */
export interface MediaType {
  /** In lower case, without parameters. */
  type: string;
  /** Whether it is UTF-8. If not, it is a charset whose first half is ASCII. */
  isUtf8: boolean;
}

const UTF8 = /^(?:utf-?8|us-ascii|ascii)$/;
const ASCII_BASED = /^(?:iso-?8859-?\d{1,2}|latin-?\d|windows-125\d|cp125\d)$/;

/**
 * Reads a `Content-Type`. Of the parameters, only `charset` changes how a form or JSON is read.
 *
 * @throws {Unreadable} not a media type, two charsets, or a charset that isn't based on ASCII
 */
export function readMediaType(contentType: string): MediaType {
  if (contentType === FORM || contentType === JSON_TYPE) return { type: contentType, isUtf8: true };
  const match = /^\s*([\w.+-]+\/[\w.+-]+)\s*((?:;[^;,]*)*)$/.exec(contentType.toLowerCase());
  if (!match) throw new Unreadable("the Content-Type isn't one media type");
  const [, type = "", parameters = ""] = match;
  const charsets = [...parameters.matchAll(/\bcharset\s*=\s*(?:"([^"]*)"|([^\s;"]*))/g)].map(
    ([, quoted, bare]) => quoted ?? bare ?? "",
  );
  if (charsets.length > 1) throw new Unreadable("the Content-Type names two charsets");
  const [charset = "utf-8"] = charsets;
  const isUtf8 = UTF8.test(charset);
  if (!isUtf8 && !ASCII_BASED.test(charset)) {
    throw new Unreadable(`the charset of the Content-Type is "${charset.slice(0, 40)}": send UTF-8`);
  }
  return { type, isUtf8 };
}

/** `application/json`, or a type that is written as JSON, such as `application/vnd.api+json`. */
export function isJson(type: string): boolean {
  return type === JSON_TYPE || /^application\/[\w.-]+\+json$/.test(type);
}
