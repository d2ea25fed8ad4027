import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { extname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { isEndpointPattern, toMicroUsd, toSeconds } from "@keybrake/core/protocol";
import * as z from "zod";
import { compileEndpoints, type EndpointMatcher } from "./money/endpoint-pattern.ts";
import { hashToken, Secret } from "./secrets.ts";
import { createExchange, type Exchange } from "./vendors/currency.ts";
import { type DeclaredRoute, declareRoute } from "./vendors/declared-route.ts";
import {
  defineVendor,
  type RouteDefinition,
  type Vendor,
  type VendorDefinition,
} from "./vendors/define-vendor.ts";
import { stripe } from "./vendors/stripe.ts";

/** A wrong configuration. The message is one sentence that names the place. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

const BUILT_IN: Record<string, VendorDefinition> = { stripe };
const RESERVED_NAMES = new Set(["v1", "vault", "healthz", "readyz", "metrics"]);

const origin = z
  .url({ protocol: /^https?$/, error: "must be an http or https URL" })
  .refine((url) => new URL(url).pathname === "/" && !new URL(url).search, "must be an origin without a path");
const listenAddress = z
  .string()
  .regex(/^(?:\[[0-9a-f:]+\]|[^:\s]+):\d{1,5}$/i, 'must be "host:port", such as "127.0.0.1:4242"')
  .refine((address) => toAddress(address).port <= 65_535, "the port must be at most 65535");
const duration = z.string().refine((text) => toSeconds(text) !== undefined, 'must be "<integer>s|m|h|d"');
const endpoint = z.string().refine(isEndpointPattern, 'must be "[METHOD ]/path"');
const usd = z
  .number()
  .refine((value) => toMicroUsd(value) !== undefined, "must be USD with at most 6 decimals");

const routeSchema = z.strictObject({
  match: z.union([endpoint, z.array(endpoint).min(1)]),
  amount: z.string().startsWith("/").optional(),
  currency: z.string().startsWith("/").optional(),
  scale: z.enum(["major", "minor"]).optional(),
  body: z.enum(["json", "form"]).optional(),
  per_call_usd: usd.optional(),
  price: z.enum(["free", "unpriced"]).optional(),
});

const vendorSchema = z.strictObject({
  upstream: origin.optional(),
  credential: z.string().min(1),
  test_credential: z.string().min(1).optional(),
  listen: listenAddress.optional(),
  auth: z.strictObject({ header: z.string().min(1), value: z.string().includes("{{secret}}") }).optional(),
  routes: z.array(routeSchema).optional(),
  allow_secret_endpoints: z.array(endpoint).optional(),
});

const configSchema = z.strictObject({
  listen: listenAddress.default("127.0.0.1:4242"),
  store: z.string().default("memory"),
  tokens: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        tenant: z.string().min(1).default("default"),
        token: z.string().min(1),
      }),
    )
    .min(1)
    .default([{ name: "default", tenant: "default", token: "env:KEYBRAKE_TOKEN" }]),
  vendors: z.record(z.string().regex(/^[a-z][a-z0-9-]{0,62}$/), vendorSchema),
  fx: z.record(z.string().regex(/^[A-Za-z]{3}$/), z.number().positive()).default({}),
  fx_margin: z.number().min(0).max(1).default(0.03),
  look_up: z.boolean().default(true),
  limits: z
    .strictObject({
      body_bytes: z.int().min(1024).max(67_108_864).default(1_048_576),
      upstream_timeout_ms: z.int().min(10).default(60_000),
      max_expires_in: duration.default("24h"),
      max_lifetime: duration.default("24h"),
    })
    .prefault({}),
});

/** What `keybrake.config.json` holds, and what `createProxy` takes. */
export type ProxyConfig = z.input<typeof configSchema>;

/** A vendor with its credentials, ready for the hot path. */
export interface ConfiguredVendor extends Vendor {
  listen: Address | undefined;
  hasTestCredential: boolean;
  allowsSecret: EndpointMatcher;
  /** The headers that carry the credential of a mode, and what of them must never be shown. */
  credentialFor(mode: "live" | "test"): { headers: Record<string, string>; secrets: string[] };
}

export interface Address {
  host: string;
  port: number;
}

/** A configuration whose secrets have been read. */
export interface ResolvedConfig {
  listen: Address;
  store: string;
  /** Tenants by the hash of their tokens. */
  tenants: Map<string, string>;
  vendors: Map<string, ConfiguredVendor>;
  exchange: Exchange;
  lookUp: boolean;
  maxBodyBytes: number;
  upstreamTimeoutMs: number;
  maxTtlSeconds: number;
  maxLifetimeSeconds: number;
}

/**
 * Reads a configuration file: JSON, or a module (`.js`, `.mjs`, `.ts`) whose default export is the configuration.
 *
 * @throws {ConfigError} no such file, or not readable as its kind
 */
export async function readConfigFile(file: string): Promise<unknown> {
  const path = resolve(file);
  if (extname(path) !== ".json") {
    const module = await import(pathToFileURL(path).href).catch((error: Error) => {
      throw new ConfigError(`${file} can't be loaded: ${firstLine(error)}`);
    });
    if (module.default === undefined) throw new ConfigError(`${file} has no default export`);
    return module.default;
  }
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new ConfigError(
      error.code === "ENOENT" ? `${file} does not exist` : `${file} can't be read: ${error.code}`,
    );
  });
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ConfigError(`${file} is not valid JSON: ${firstLine(error as Error)}`);
  }
}

/**
 * Checks a configuration and reads its secrets: `env:NAME` from the environment, `file:PATH` from a file,
 * anything else as it stands.
 *
 * @throws {ConfigError} the first thing that is wrong, by its place
 */
export function resolveConfig(input: unknown, environment: NodeJS.ProcessEnv = process.env): ResolvedConfig {
  const parsed = configSchema.safeParse(input);
  if (!parsed.success) throw toConfigError(parsed.error);
  const config = parsed.data;
  if (config.store !== "memory") {
    throw new ConfigError(
      `store: "${config.store}" is not supported; this version keeps its ledger in "memory"`,
    );
  }
  const readSecret = (reference: string, place: string): Secret =>
    resolveSecret(reference, place, environment);
  const tenants = new Map(
    config.tokens.map(({ token, tenant }, index) => [
      hashToken(readSecret(token, `tokens[${index}].token`).reveal()),
      tenant,
    ]),
  );
  if (tenants.size < config.tokens.length) throw new ConfigError("tokens: two entries have the same token");
  return {
    listen: toAddress(config.listen),
    store: config.store,
    tenants,
    vendors: new Map(
      Object.entries(config.vendors).map(([name, vendor]) => [
        name,
        configureVendor(name, vendor, readSecret),
      ]),
    ),
    exchange: toExchange(config.fx, config.fx_margin),
    lookUp: config.look_up,
    maxBodyBytes: config.limits.body_bytes,
    upstreamTimeoutMs: config.limits.upstream_timeout_ms,
    maxTtlSeconds: toSeconds(config.limits.max_expires_in) ?? 0,
    maxLifetimeSeconds: toSeconds(config.limits.max_lifetime) ?? 0,
  };
}

function configureVendor(
  name: string,
  settings: z.output<typeof vendorSchema>,
  readSecret: (reference: string, place: string) => Secret,
): ConfiguredVendor {
  if (RESERVED_NAMES.has(name))
    throw new ConfigError(`vendors.${name}: the name is taken by the control API`);
  const definition = describeVendor(name, settings);
  const credentials = {
    live: readSecret(settings.credential, `vendors.${name}.credential`),
    test:
      settings.test_credential === undefined
        ? undefined
        : readSecret(settings.test_credential, `vendors.${name}.test_credential`),
  };
  const byMode = {
    live: toCredential(definition, credentials.live),
    test: credentials.test && toCredential(definition, credentials.test),
  };
  return {
    ...defineVendor(definition),
    listen: settings.listen === undefined ? undefined : toAddress(settings.listen),
    hasTestCredential: byMode.test !== undefined,
    allowsSecret: compileEndpoints(settings.allow_secret_endpoints ?? []),
    credentialFor(mode) {
      const credential = byMode[mode];
      if (!credential) throw new Error(`vendor ${name} has no ${mode} credential`);
      return credential;
    },
  };
}

/** The operator's routes come before the built-in ones; the first match decides. */
function describeVendor(name: string, settings: z.output<typeof vendorSchema>): VendorDefinition {
  const routes = (settings.routes ?? []).map((route, index) =>
    toRoute(route, `vendors.${name}.routes[${index}]`),
  );
  const builtIn = BUILT_IN[name];
  if (builtIn) {
    if (settings.auth) throw new ConfigError(`vendors.${name}.auth: ${name} is built in and knows its own`);
    // One upstream given means one upstream meant: a test double must not get half of the calls.
    const upstreams = settings.upstream === undefined ? builtIn.upstreams : undefined;
    return {
      ...builtIn,
      upstream: settings.upstream ?? builtIn.upstream,
      ...(upstreams === undefined ? { upstreams: {} } : { upstreams }),
      routes: [...routes, ...builtIn.routes],
    };
  }
  if (settings.upstream === undefined || settings.auth === undefined) {
    const known = Object.keys(BUILT_IN).join(", ");
    throw new ConfigError(`vendors.${name}: not built in (${known}), so it needs an upstream and an auth`);
  }
  const header = settings.auth.header.toLowerCase();
  return {
    name,
    upstream: settings.upstream,
    auth: { [header]: settings.auth.value },
    ...(header === "authorization" ? {} : { tokenHeader: header }),
    refusedStatuses: [400, 401, 402, 403, 404, 405, 413, 415, 422, 429],
    routes,
  };
}

function toRoute(route: DeclaredRoute, place: string): RouteDefinition {
  try {
    return declareRoute(route);
  } catch (error) {
    throw new ConfigError(`${place}: ${firstLine(error as Error)}`);
  }
}

function toCredential(
  { auth }: VendorDefinition,
  secret: Secret,
): { headers: Record<string, string>; secrets: string[] } {
  const value = secret.reveal();
  const basic = Buffer.from(value).toString("base64");
  // As a vendor may echo it: plain, in Base64 (whatever follows it), in a URL, in JSON.
  const wholeTriplets = basic.slice(0, Math.floor(Buffer.byteLength(value) / 3) * 4);
  const secrets = new Set([
    value,
    wholeTriplets || basic,
    encodeURIComponent(value),
    JSON.stringify(value).slice(1, -1),
  ]);
  const headers = Object.fromEntries(
    Object.entries(auth).map(([name, template]) => [
      name,
      template.replaceAll("{{secret}}", value).replaceAll("{{basic}}", basic),
    ]),
  );
  return { headers, secrets: [...secrets] };
}

function resolveSecret(reference: string, place: string, environment: NodeJS.ProcessEnv): Secret {
  if (reference.startsWith("env:")) {
    const name = reference.slice("env:".length);
    const value = environment[name];
    if (!value) throw new ConfigError(`${place}: the environment variable ${name} is not set`);
    return toSecret(value, place);
  }
  if (!reference.startsWith("file:")) return toSecret(reference, place);
  const file = reference.slice("file:".length);
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    throw new ConfigError(`${place}: the file ${file} can't be read`);
  }
  return toSecret(text, place);
}

/** A secret travels in a header, so what could not is told here and not at every call. */
function toSecret(text: string, place: string): Secret {
  const value = text.trim();
  if (!/^[\x21-\x7e]+$/.test(value)) {
    throw new ConfigError(`${place}: the secret is empty, or holds a space or something else than ASCII`);
  }
  return new Secret(value);
}

function toAddress(listen: string): Address {
  const colon = listen.lastIndexOf(":");
  return { host: listen.slice(0, colon).replace(/^\[|\]$/g, ""), port: Number(listen.slice(colon + 1)) };
}

function toExchange(fx: Record<string, number>, margin: number): Exchange {
  try {
    return createExchange(fx, margin);
  } catch (error) {
    throw new ConfigError(`fx: ${firstLine(error as Error)}`);
  }
}

function toConfigError(error: z.ZodError): ConfigError {
  const issue = error.issues[0];
  const place = issue?.path
    .map((part, index) =>
      typeof part === "number" ? `[${part}]` : index ? `.${String(part)}` : String(part),
    )
    .join("");
  return new ConfigError(`${place || "the configuration"}: ${issue?.message ?? "invalid"}`);
}

function firstLine({ message }: Error): string {
  return message.split("\n", 1)[0] ?? "";
}
