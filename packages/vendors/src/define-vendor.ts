import { compileEndpoints, type EndpointMatcher } from "@keybrake/core/protocol";
import type { VendorAnswer } from "./answer.ts";
import type { Exchange } from "./currency.ts";
import type { Cost, Quote, SecretCall } from "./quote.ts";
import type { FormFields } from "./reading/form-body.ts";
import type { JsonValue } from "./reading/json-body.ts";

/** The body of a lookup that is a POST: the fields of a form, or JSON text. */
export type LookUpBody = { form: readonly (readonly [string, string])[] } | { json: string };

/** What a pricer may read of a call. `form` or `json` is filled by the route's `body`. */
export interface PricedCall {
  method: string;
  /** The path within the vendor, decoded, and its segments. */
  path: string;
  segments: readonly string[];
  query: FormFields;
  form: FormFields;
  json: JsonValue | undefined;
  header(name: string): string | undefined;
  exchange: Exchange;
  /** Whether the key may start what renews outside the proxy. */
  allowRecurring: boolean;
  /** Micro-USD that an object of the vendor is known to have cost in all, by its id; `undefined` where it is unknown. */
  getExposure(objectId: string): number | undefined | Promise<number | undefined>;
  /**
   * Reads an object of the vendor with the real credential, for a call whose amount lives on another object;
   * `undefined` where the operator turned look-ups off or the vendor gave no such object.
   *
   * @param body what to POST instead of a GET: only for what by the vendor's documentation reads or calculates, and
   * changes nothing
   */
  lookUp(path: string, body?: LookUpBody): Promise<JsonValue | undefined>;
  /** The same for an object whose amounts never change: it is looked up once in 10 minutes. */
  lookUpConstant(path: string): Promise<JsonValue | undefined>;
}

/** Turns a call into a {@link Quote}. Throws `Unreadable` for an amount it can't be certain of. */
export type Pricer = (call: PricedCall) => Quote | SecretCall | Promise<Quote | SecretCall>;

/** How the calls of some endpoints are read and priced. */
export interface RouteDefinition {
  /** Endpoint patterns, as in a policy. The first route that matches a call decides. */
  match: string[];
  price: "free" | "unpriced" | "secret" | Pricer;
  /** What the body must be for the price to be read. Required with a pricer; a call with another body is refused. */
  body?: "form" | "json";
  /** One of the vendor's `upstreams`. Default: the main one. */
  upstream?: string;
  /** Its pricer tells secrets by the body, so a body that can't be read is refused to shadow keys too. Default false. */
  mayShowSecrets?: boolean;
  /**
   * It goes on with an object that might have been counted before, so it can cost nothing more: the object is looked up
   * for a key that has nothing left, too. Default false.
   */
  continues?: boolean;
  /** A query is part of what prices the call. Default false: a call that spends takes none. */
  readsQuery?: boolean;
}

/** A vendor: where it is, how it is paid, and where it keeps its secrets. */
export interface VendorDefinition {
  /** Lower-case name: the first segment of the path at the proxy. */
  name: string;
  /** Origin of the vendor's API, such as `https://api.stripe.com`. */
  upstream: string;
  /** Further origins that some routes go to, by name. */
  upstreams?: Record<string, string>;
  /**
   * Further hosts `<name>.<domain>` that a path may begin with, as `/verify/v2/…` or `/verify.twilio.com/v2/…`.
   * Patterns match the first form; the `main` host's name is left out. Links to these hosts in JSON answers are
   * turned into links through the proxy, so that an SDK's paging stays inside.
   */
  hosts?: { domain: string; main: string; names: readonly string[] };
  /** Headers that carry the credential: `{{secret}}` stands for it, `{{basic}}` for its Base64 form. */
  auth: Record<string, string>;
  /** A header other than `Authorization` in which the vendor's SDK sends its key, and so the vault key. */
  tokenHeader?: string;
  /** Headers that switch to another account of the vendor; their value must be in the policy's `accounts`. */
  accountHeaders?: string[];
  /** For vendors whose paths name the account that a call acts on, and whose credentials belong to one account. */
  pathAccounts?: {
    /** The accounts that a path names, each once. Those that aren't the credential's own must be in the policy's `accounts`. */
    read(path: string): string[];
    /** Checks whether a string is an account's name. */
    isAccount(text: string): boolean;
    /** What a credential must look like to tell its account, for the message to an operator. */
    credentialForm: string;
  };
  /** How the vendor recognises a repeated POST; left out where it can't. */
  idempotency?: {
    header: string;
    /** Whether it heeds the header at this path; left out where it does at every one. */
    heeds?(path: string): boolean;
    /** Whether an answer says that nothing was done again; left out where the vendor does not say. */
    isReplay?(headers: Record<string, string | string[] | undefined>): boolean;
  };
  /** A JSON body where a form is needed is read strictly and forwarded as a form. Default false. */
  jsonToForm?: boolean;
  /** A content type of which the whole body is a GraphQL document, taken for `{ "query": … }`. */
  graphqlType?: string;
  /** Statuses by which the vendor says for certain that nothing happened. */
  refusedStatuses: number[];
  /**
   * What reading costs at an endpoint that no route names. Default: `free`, but `unpriced` on a path that has a price
   * for another method, and everywhere if some read has a price, because the vendor may serve that one under other
   * paths too. `free` is for definitions that list every priced read.
   */
  undeclaredReads?: "free" | "unpriced";
  /** What a 2xx response tells of the cost of a call that had no price; `undefined` if it tells nothing. */
  readCost?(answer: VendorAnswer, exchange: Exchange): Cost | undefined;
  /** Query parameters that make any endpoint show a secret, as a pattern on the decoded query. */
  secretQuery?: RegExp;
  routes: RouteDefinition[];
}

/** A vendor definition, ready for the hot path. */
export interface Vendor extends VendorDefinition {
  /** The first route that names the call, or what a call is that no route names. */
  findRoute(method: string, path: string): RouteDefinition;
}

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
const READ_ONLY = new Set(["GET", "HEAD", "OPTIONS"]);
const FREE_ROUTE: RouteDefinition = { match: [], price: "free" };
const UNPRICED_ROUTE: RouteDefinition = { match: [], price: "unpriced" };

/**
 * Compiles a vendor definition. A call that no route names is unpriced, so that a cap refuses it. Reading is free
 * instead, unless it may have a price ({@link VendorDefinition.undeclaredReads}). `HEAD` is priced as
 * its `GET`.
 *
 * @example
 * defineVendor({
 *   name: "acme",
 *   upstream: "https://api.acme.com",
 *   auth: { authorization: "Bearer {{secret}}" },
 *   refusedStatuses: [400, 401, 402, 403, 404, 422, 429],
 *   routes: [{ match: ["POST /v1/quotes"], price: "free" }],
 * });
 */
export function defineVendor(definition: VendorDefinition): Vendor {
  const routes = definition.routes.map((route) => ({
    route,
    matches: route.price === "secret" ? resembles(route.match) : compileEndpoints(route.match),
  }));
  // A vendor has a hundred routes, and a call is looked for in those of its method only.
  const byMethod = new Map(
    METHODS.map((method) => [
      method,
      routes.filter(({ route }) =>
        route.match.some((pattern) => isFor(pattern, method) || (method === "HEAD" && isFor(pattern, "GET"))),
      ),
    ]),
  );
  const toUndeclared = createFallback(definition);

  function scan(method: string, path: string): RouteDefinition | undefined {
    const found = (byMethod.get(method) ?? routes).find(
      ({ matches }) => matches(method, path) || (method === "HEAD" && matches("GET", path)),
    );
    return found?.route;
  }

  // Most calls name an endpoint without an id: what it comes to is looked for once.
  const literal = new Map<string, RouteDefinition | undefined>();
  for (const pattern of definition.routes.flatMap(({ match }) => match)) {
    const [method = "", path = ""] = pattern.split(" ");
    if (path !== "" && !path.includes("*")) literal.set(pattern, scan(method, path));
  }

  return {
    ...definition,
    findRoute: (method, path) =>
      literal.get(`${method} ${path}`) ?? scan(method, path) ?? toUndeclared(method, path),
  };
}

/** What a call is that no route names. */
function createFallback({
  routes,
  undeclaredReads,
}: VendorDefinition): (method: string, path: string) => RouteDefinition {
  const priced = routes.filter(({ price }) => typeof price === "function").flatMap(({ match }) => match);
  const pricedReads = priced.filter((pattern) => isFor(pattern, "GET"));
  const readsAreFree = (undeclaredReads ?? (pricedReads.length === 0 ? "free" : "unpriced")) === "free";
  // Some vendors do by GET what the operator declared by POST: Vonage sends a message that way.
  const suspects =
    undeclaredReads === undefined
      ? priced.map((pattern) => pattern.slice(pattern.indexOf("/")))
      : pricedReads;
  const resemblesPriced = resembles(suspects);
  return (method, path) => {
    if (!readsAreFree || !READ_ONLY.has(method)) return UNPRICED_ROUTE;
    return resemblesPriced("GET", path) ? UNPRICED_ROUTE : FREE_ROUTE;
  };
}

/** Matches what a vendor might take for these endpoints: many servers read `/Geocode/json./` as `/geocode/json`. */
function resembles(patterns: readonly string[]): EndpointMatcher {
  const matches = compileEndpoints(patterns, true);
  return (method, path) => matches(method, path.replace(/[\s./]+$/, ""));
}

function isFor(pattern: string, method: string): boolean {
  return pattern.startsWith("/") || pattern.startsWith(`${method} `);
}
