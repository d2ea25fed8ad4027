import {
  compileEndpoints,
  type EndpointMatcher,
  isEndpointPattern,
  toMicroUsd,
} from "@keybrake/core/protocol";
import {
  BUILT_IN,
  createPriceBook,
  type DeclaredRoute,
  declareRoute,
  defineVendor,
  type RouteDefinition,
  type Vendor,
  type VendorDefinition,
} from "@keybrake/vendors";
import * as z from "zod";
import { type Address, listenAddress, toAddress } from "./address.ts";
import { ConfigError, firstLine, readSettings } from "./config-error.ts";
import {
  configureCredentials,
  credentialFields,
  type ReadSecret,
  type VendorCredentials,
} from "./configure-credentials.ts";

const RESERVED_NAMES = new Set(["v1", "vault", "healthz", "readyz", "metrics"]);

const origin = z
  .url({ protocol: /^https?$/, error: "must be an http or https URL", abort: true })
  .refine((url) => new URL(url).pathname === "/" && !new URL(url).search, "must be an origin without a path");
const endpoint = z.string().refine(isEndpointPattern, 'must be "[METHOD ]/path"');
const usd = z
  .number()
  .refine((value) => toMicroUsd(value) !== undefined, "must be USD with at most 6 decimals");

const pointer = z.string().startsWith("/");

const routeSchema = z.strictObject({
  match: z.union([endpoint, z.array(endpoint).min(1)]),
  amount: z.union([pointer, z.array(pointer).min(1).max(20)]).optional(),
  currency: pointer.optional(),
  scale: z.enum(["major", "minor"]).optional(),
  body: z.enum(["json", "form"]).optional(),
  per_call_usd: usd.optional(),
  multiply: z.array(pointer).min(1).optional(),
  success: z
    .strictObject({
      pointer: z.string().startsWith("/"),
      equals: z.union([z.boolean(), z.number(), z.string(), z.null()]),
    })
    .optional(),
  cost: z
    .strictObject({
      answer: z.union([pointer, z.array(pointer).min(1).max(20)]),
      currency: pointer.optional(),
      scale: z.enum(["major", "minor"]).optional(),
    })
    .optional(),
  price: z.enum(["free", "unpriced", "secret"]).optional(),
});

export const vendorSchema = z.strictObject({
  ...credentialFields,
  upstream: origin.optional(),
  listen: listenAddress.optional(),
  auth: z
    .union([
      z.strictObject({ header: z.string().min(1), value: z.string().includes("{{") }),
      z.record(z.string().min(1), z.string().min(1)),
    ])
    .optional(),
  prices: z.record(z.string(), z.record(z.string(), usd)).default({}),
  currency: z
    .string()
    .regex(/^[A-Za-z]{3}$/)
    .optional(),
  identity: z.boolean().default(false),
  idempotency_header: z.string().min(1).optional(),
  replay_header: z.strictObject({ header: z.string().min(1), value: z.string().min(1) }).optional(),
  routes: z.array(routeSchema).default([]),
  allow_secret_endpoints: z.array(endpoint).default([]),
});

type VendorConfig = z.output<typeof vendorSchema>;

/** A vendor with its credentials, ready for the hot path. */
export interface ConfiguredVendor extends Vendor {
  listen: Address | undefined;
  allowsSecret: EndpointMatcher;
  credentials: VendorCredentials;
  /** Whether the vendor is told the key's label. */
  identity: boolean;
}

/**
 * @param tenants every tenant that a token belongs to
 * @throws {ConfigError} the first thing that is wrong, by its place
 */
export function configureVendor(
  name: string,
  config: VendorConfig,
  tenants: ReadonlySet<string>,
  readSecret: ReadSecret,
  clock: () => number,
): ConfiguredVendor {
  if (RESERVED_NAMES.has(name))
    throw new ConfigError(`vendors.${name}: the name is taken by the control API`);
  const definition = describeVendor(name, config);
  return {
    ...defineVendor(definition),
    listen: config.listen === undefined ? undefined : toAddress(config.listen),
    allowsSecret: compileEndpoints(config.allow_secret_endpoints),
    credentials: configureCredentials(`vendors.${name}`, config, { definition, tenants, readSecret, clock }),
    identity: config.identity,
  };
}

/** The operator's routes come before the built-in ones; the first match decides. */
function describeVendor(name: string, config: VendorConfig): VendorDefinition {
  const routes = config.routes.map((route, index) => toRoute(route, `vendors.${name}.routes[${index}]`));
  const builtIn = describeBuiltIn(name, config);
  if (builtIn) {
    if (config.auth) throw new ConfigError(`vendors.${name}.auth: ${name} is built in and knows its own`);
    // One upstream given means one upstream meant: a test double must not get half of the calls.
    const upstreams = config.upstream === undefined ? (builtIn.upstreams ?? {}) : {};
    return {
      ...builtIn,
      upstream: config.upstream ?? builtIn.upstream,
      upstreams,
      routes: [...routes, ...builtIn.routes],
    };
  }
  if (config.upstream === undefined || config.auth === undefined) {
    const known = Object.keys(BUILT_IN).join(", ");
    throw new ConfigError(`vendors.${name}: not built in (${known}), so it needs an upstream and an auth`);
  }
  const auth = toAuth(config.auth);
  const headers = Object.keys(auth).filter((header) => /{{(?:secret|basic)}}/.test(auth[header] ?? ""));
  if (headers.length === 0)
    throw new ConfigError(`vendors.${name}.auth: no header holds {{secret}} or {{basic}}`);
  const [header, ...others] = headers;
  return {
    name,
    upstream: config.upstream,
    auth,
    // The vendor's SDK sends its key, and so the vault key, where the vendor wants it.
    ...(header === undefined || header === "authorization" || others.length > 0
      ? {}
      : { tokenHeader: header }),
    ...(config.idempotency_header === undefined
      ? {}
      : { idempotency: toIdempotency(config.idempotency_header, config.replay_header) }),
    refusedStatuses: [400, 401, 402, 403, 404, 405, 413, 415, 422, 429],
    routes,
  };
}

function describeBuiltIn(
  name: string,
  { upstream, prices, currency }: VendorConfig,
): VendorDefinition | undefined {
  return readSettings(() =>
    BUILT_IN[name]?.({ upstream, prices: createPriceBook(toMicroUsdPrices(prices)), currency }),
  );
}

function toIdempotency(
  header: string,
  replay: VendorConfig["replay_header"],
): NonNullable<VendorDefinition["idempotency"]> {
  const name = replay?.header.toLowerCase() ?? "";
  return {
    header: header.toLowerCase(),
    ...(replay === undefined ? {} : { isReplay: (headers) => headers[name] === replay.value }),
  };
}

function toAuth(auth: NonNullable<VendorConfig["auth"]>): Record<string, string> {
  if (typeof auth.header === "string" && typeof auth.value === "string") {
    return { [auth.header.toLowerCase()]: auth.value };
  }
  return Object.fromEntries(Object.entries(auth).map(([name, value]) => [name.toLowerCase(), value]));
}

function toMicroUsdPrices(prices: VendorConfig["prices"]): Record<string, Record<string, number>> {
  return Object.fromEntries(
    Object.entries(prices).map(([list, names]) => [
      list,
      Object.fromEntries(Object.entries(names).map(([name, price]) => [name, toMicroUsd(price) ?? 0])),
    ]),
  );
}

function toRoute(route: DeclaredRoute, place: string): RouteDefinition {
  try {
    return declareRoute(route);
  } catch (error) {
    throw new ConfigError(`${place}: ${firstLine(error as Error)}`);
  }
}
