import type { IncomingMessage } from "node:http";
import type { VendorDefinition } from "@keybrake/vendors";
import { hasBody } from "../collect-body.ts";
import { Refused } from "../refusals/refused.ts";
import { holdsToken } from "../secrets.ts";
import type { Target } from "./call.ts";

const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

// What a hop may name in Connection without changing what the vendor gets.
const HARMLESS_CONNECTION = new Set([
  "",
  "keep-alive",
  "close",
  "te",
  "proxy-connection",
  "http2-settings",
  "upgrade",
]);

// A server may ignore an offer to switch (RFC 9110, 7.8): Java's client offers h2c with every plain HTTP request.
const IGNORED_UPGRADE = /^\s*(?:h2c|tls\/[\d.]+|tls)\s*$/i;

// Of these node keeps the first silently, where another server may keep the last.
const GIVEN_ONCE = ["authorization", "content-encoding", "content-type", "host", "idempotency-key"];
const GIVEN_ONCE_LENGTHS = new Set(GIVEN_ONCE.map(({ length }) => length));

// Some servers take a read with this in its query for a write: Stripe's first browser library paid that way.
const METHOD_OVERRIDE = /(?:^|[&;?])[\s[\]]*_method(?![a-z0-9_])/i;

// UTF-8 that is longer than it must be: lax decoders find letters in it that others don't.
const OVERLONG = /%(?:c[01]%[89ab]|e0%[89]|f0%8)/i;

// A query may hold what `fetch` and curl leave as it is, which a path may not.
const PRINTABLE_PATH = /^\/[\x21-\x7e]*$/;
const NOT_IN_PATH = /[\\#"<>^`{|}]/;
const PRINTABLE_QUERY = /^[\x21\x22\x24-\x7e]*$/;

const ENCODED_SEPARATOR = /%(?:2f|5c|25|00|3b)/i;

/**
 * Step 1: reads the request line. A path that is not plain is refused before anybody is asked who calls: two
 * parsers that read one path differently are how an allowlist is passed.
 *
 * @param url the path within the vendor, with its query, as it was sent
 * @param hosts the vendor's hosts, where it has several
 */
export function parseTarget(
  request: IncomingMessage,
  url: string,
  hosts?: VendorDefinition["hosts"],
): Target {
  const method = request.method ?? "";
  if (!METHODS.has(method)) throw malformed(`the method ${method.slice(0, 20)} is not served`);
  refuseHeaders(request);
  const questionMark = url.indexOf("?");
  const rawPath = questionMark === -1 ? url : url.slice(0, questionMark);
  const rawQuery = questionMark === -1 ? "" : url.slice(questionMark + 1);
  if (!PRINTABLE_PATH.test(rawPath) || NOT_IN_PATH.test(rawPath)) {
    throw malformed(
      "the path must begin with / and hold printable ASCII only, other characters percent-encoded",
    );
  }
  const path = decodePath(rawPath);
  const query = rawQuery === "" ? "" : decodeQuery(rawQuery);
  if (query !== "" && METHOD_OVERRIDE.test(query)) throw malformed("the query overrides the method");
  // Here and not later: the path is entered in the audit, and a vault key must not be.
  if (holdsToken(path) || holdsToken(query))
    throw malformed(
      "a vault key appears in the path or the query. Send it only where the vendor's API key goes",
    );
  return { method, ...splitHost(url, path, hosts), rawQuery, query };
}

/** The vendor's host that a path begins with: a pattern always sees it in the same form. */
function splitHost(
  url: string,
  path: string,
  hosts: VendorDefinition["hosts"],
): Pick<Target, "url" | "host" | "path"> {
  const [, first = ""] = path.split("/", 2);
  const name = hosts && first.endsWith(`.${hosts.domain}`) ? first.slice(0, -hosts.domain.length - 1) : first;
  if (!hosts || (name !== hosts.main && !hosts.names.includes(name))) return { url, path, host: undefined };
  const rest = path.slice(first.length + 1);
  if (rest === "" || rest === "/") return { url, path, host: undefined };
  const host = name === hosts.main ? undefined : name;
  return { url: url.slice(url.indexOf("/", 1)), path: host === undefined ? rest : `/${host}${rest}`, host };
}

/** Segments that every reader reads alike, none of which begins with a dot. */
const PLAIN_PATH = /^(?:\/[A-Za-z0-9_~-][A-Za-z0-9_.~-]*)+$/;

function decodePath(rawPath: string): string {
  if (PLAIN_PATH.test(rawPath)) return rawPath;
  if (ENCODED_SEPARATOR.test(rawPath) || rawPath.includes(";")) {
    throw malformed("the path holds a separator in disguise (an encoded /, \\, % or ;)");
  }
  const segments = rawPath.split("/").slice(1).map(decodeSegment);
  // One slash at the end makes it another path.
  const named = segments.length > 1 && segments.at(-1) === "" ? segments.slice(0, -1) : segments;
  for (const segment of named) refuseSegment(segment);
  return `/${segments.join("/")}`;
}

function refuseSegment(segment: string): void {
  // Some servers fold full-width and other look-alike characters, and drop spaces at the end of a segment.
  const folded = segment.normalize("NFKC");
  if (/^(?:\.{0,2})\s*$/.test(folded)) throw malformed("the path has an empty, . or .. segment");
  if (/[/\\%;]/.test(folded)) throw malformed("the path holds a separator in disguise");
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(segment)) throw malformed("the path holds a control character");
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw malformed("the path holds a broken escape");
  }
}

/** For reading only, so what isn't UTF-8 is passed over: the vendor gets the query as it was sent. */
function decodeQuery(rawQuery: string): string {
  if (!PRINTABLE_QUERY.test(rawQuery)) {
    throw malformed("the query must hold printable ASCII only, without #, other characters percent-encoded");
  }
  if (OVERLONG.test(rawQuery)) throw malformed("the query holds overlong UTF-8");
  const spaced = rawQuery.replaceAll("+", " ");
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced.replace(/%[0-7][0-9a-f]/gi, decodeURIComponent);
  }
}

function refuseHeaders(request: IncomingMessage): void {
  const { method, headers, rawHeaders } = request;
  if (headers.upgrade?.split(",").some((protocol) => !IGNORED_UPGRADE.test(protocol))) {
    throw malformed("the proxy doesn't switch to the protocol that Upgrade names");
  }
  if (headers.expect !== undefined && headers.expect.toLowerCase() !== "100-continue") {
    throw malformed("this Expect is not served");
  }
  // Nothing defines what it means, so two servers may differ about it; some take it for a query.
  if ((method === "GET" || method === "HEAD") && hasBody(request)) throw malformed("a read has no body");
  if (headers["transfer-encoding"] !== undefined && headers["content-length"] !== undefined) {
    throw malformed("the body has two lengths");
  }
  if (!isHarmlessConnection(headers.connection))
    throw malformed("Connection names a header that must not be dropped on the way");
  refuseRepeated(rawHeaders);
}

function isHarmlessConnection(connection: string | undefined): boolean {
  if (connection === undefined || HARMLESS_CONNECTION.has(connection)) return true;
  const named = connection.toLowerCase().split(",");
  return named.every((name) => HARMLESS_CONNECTION.has(name.trim()));
}

/** One pass over the headers as they were sent: of some, node shows only the first. */
function refuseRepeated(rawHeaders: readonly string[]): void {
  let seen = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? "";
    if (!GIVEN_ONCE_LENGTHS.has(name.length)) continue;
    const index = GIVEN_ONCE.indexOf(name.toLowerCase());
    if (index === -1) continue;
    if (seen & (1 << index)) throw malformed(`${GIVEN_ONCE[index]} is given twice`);
    seen |= 1 << index;
  }
}

function malformed(what: string): Refused {
  return new Refused({
    code: "malformed_request",
    message: `Malformed request: ${what}. Nothing was forwarded.`,
  });
}
