import type { IncomingMessage } from "node:http";
import { Refused } from "../refused.ts";
import type { Target } from "./call.ts";

const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

// What a hop may name in Connection without changing what the vendor gets.
const HARMLESS_CONNECTION = new Set(["", "keep-alive", "close", "te", "proxy-connection", "http2-settings"]);

const ENCODED_SEPARATOR = /%(?:2f|5c|25|00|3b)/i;

/**
 * Step 1: reads the request line. A path that is not plain is refused before anybody is asked who calls: two
 * parsers that read one path differently are how an allowlist is passed.
 *
 * @param url the path within the vendor, with its query, as it was sent
 */
export function parseTarget(request: IncomingMessage, url: string): Target {
  const method = request.method ?? "";
  if (!METHODS.has(method)) throw malformed(`the method ${method.slice(0, 20)} is not served`);
  refuseHeaders(request);
  if (!/^\/[\x21-\x7e]*$/.test(url) || /[\\#"<>^`{|}]/.test(url)) {
    throw malformed("the path must begin with / and hold printable ASCII only");
  }
  const questionMark = url.indexOf("?");
  const rawPath = questionMark === -1 ? url : url.slice(0, questionMark);
  return {
    method,
    url,
    path: decodePath(rawPath),
    query: questionMark === -1 ? "" : decodeQuery(url.slice(questionMark + 1)),
  };
}

function decodePath(rawPath: string): string {
  if (ENCODED_SEPARATOR.test(rawPath) || rawPath.includes(";")) {
    throw malformed("the path holds a separator in disguise (an encoded /, \\, % or ;)");
  }
  const segments = rawPath.split("/").slice(1).map(decode);
  for (const segment of segments) {
    if (segment === "" || segment === "." || segment === "..")
      throw malformed("the path has an empty, . or .. segment");
    if (/\p{Cc}/u.test(segment)) throw malformed("the path holds a control character");
  }
  return `/${segments.join("/")}`;
}

function decodeQuery(rawQuery: string): string {
  return decode(rawQuery.replaceAll("+", " "));
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw malformed("the path holds a broken escape");
  }
}

function refuseHeaders({ headers, rawHeaders }: IncomingMessage): void {
  if (headers.upgrade !== undefined) throw malformed("Upgrade is not served");
  if (headers["transfer-encoding"] !== undefined && headers["content-length"] !== undefined) {
    throw malformed("the body has two lengths");
  }
  const named = (headers.connection ?? "").toLowerCase().split(",");
  const dangerous = named.map((name) => name.trim()).find((name) => !HARMLESS_CONNECTION.has(name));
  if (dangerous !== undefined)
    throw malformed("Connection names a header that must not be dropped on the way");
  const authorizations = rawHeaders.filter((name, index) => index % 2 === 0 && /^authorization$/i.test(name));
  if (authorizations.length > 1) throw malformed("Authorization is given twice");
}

function malformed(what: string): Refused {
  return new Refused({
    code: "malformed_request",
    message: `Malformed request: ${what}. Nothing was forwarded.`,
  });
}
