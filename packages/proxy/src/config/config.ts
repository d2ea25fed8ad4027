import { readFile } from "node:fs/promises";
import { extname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { budgetList, toSeconds } from "@keybrake/core/protocol";
import type { RedisLedgerOptions } from "@keybrake/ledger";
import { createExchange, type Exchange } from "@keybrake/vendors";
import * as z from "zod";
import { ROLES, type Role } from "../control/roles.ts";
import { type NamedBudgets, toBudgets } from "../control/to-wire.ts";
import { describeIssue } from "../describe-issue.ts";
import { hashToken, type Secret } from "../secrets.ts";
import { type Address, listenAddress, toAddress } from "./address.ts";
import { ConfigError, firstLine } from "./config-error.ts";
import { type ConfiguredVendor, configureVendor, vendorSchema } from "./configure-vendor.ts";
import { type LedgerSpec, parseLedgerSpec } from "./ledger-spec.ts";
import { resolveSecret } from "./resolve-secret.ts";

const duration = z.string().refine((text) => toSeconds(text) !== undefined, 'must be "<integer>s|m|h|d"');

const configSchema = z.strictObject({
  listen: listenAddress.default("127.0.0.1:4242"),
  store: z.string().default("memory"),
  retention: duration.default("365d"),
  redis: z
    .strictObject({
      prefix: z
        .string()
        .regex(/^[\w.-]{1,64}$/, "must be letters, digits and . _ -")
        .default("kb"),
      timeout_ms: z.int().min(10).max(60_000).default(2000),
      wait_for_replicas: z.int().min(0).max(8).default(0),
    })
    .prefault({}),
  tokens: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        tenant: z.string().min(1).default("default"),
        role: z.enum(ROLES).default("admin"),
        budgets: z.optional(budgetList),
        token: z.string().min(1),
      }),
    )
    .min(1)
    .default([{ name: "default", tenant: "default", role: "admin", token: "env:KEYBRAKE_TOKEN" }]),
  vendors: z.record(
    z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, "must be a name of lower-case letters, digits and -"),
    vendorSchema,
  ),
  fx: z
    .record(z.string().regex(/^[A-Za-z]{3}$/, "must be a currency code, such as EUR"), z.number().positive())
    .default({}),
  fx_margin: z.number().min(0).max(1).default(0.03),
  require_cap: z.boolean().default(false),
  look_up: z.boolean().default(true),
  public_url: z.url({ protocol: /^https?$/ }).optional(),
  limits: z
    .strictObject({
      body_bytes: z.int().min(1024).max(67_108_864).default(1_048_576),
      upstream_timeout_ms: z.int().min(10).default(60_000),
      max_expires_in: duration.default("24h"),
      max_lifetime: duration.default("24h"),
      unknown_after: duration.default("24h"),
      audit_wait_ms: z.int().min(0).max(60_000).default(5_000),
    })
    .prefault({}),
});

/** What `keybrake.config.json` holds, and what `createProxy` takes. */
export type ProxyConfig = z.input<typeof configSchema>;

/** Whose a Keybrake token is, and what it may do. */
export interface ConfiguredToken {
  tenant: string;
  role: Role;
  /** Added to every key that the token issues. */
  budgets: NamedBudgets;
}

/** A configuration whose secrets have been read. */
export interface ResolvedConfig {
  listen: Address;
  store: LedgerSpec;
  /** How to use a Redis, where the store is one. */
  redis: Required<Pick<RedisLedgerOptions, "prefix" | "timeoutMs" | "waitForReplicas">>;
  /** How long audit entries, and keys that have ended, are kept. */
  retentionMs: number;
  /** Keybrake tokens by their hash. */
  tokens: Map<string, ConfiguredToken>;
  vendors: Map<string, ConfiguredVendor>;
  exchange: Exchange;
  /** Whether a key without any cap is refused. */
  requireCap: boolean;
  lookUp: boolean;
  maxBodyBytes: number;
  upstreamTimeoutMs: number;
  maxTtlSeconds: number;
  maxLifetimeSeconds: number;
  /** After so many seconds a hold of unknown outcome counts as spent. */
  unknownAfterSeconds: number;
  /** How long a call waits while the entries of earlier ones can't be written. */
  auditWaitMs: number;
  /** Where callers reach this proxy, for links in answers; `undefined` where each request tells. */
  publicUrl: string | undefined;
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
    // The parser's own message quotes the text around the place, and that may be a secret.
    const place = /line \d+ column \d+/.exec((error as Error).message)?.[0];
    throw new ConfigError(`${file} is not valid JSON${place === undefined ? "" : ` at ${place}`}`);
  }
}

/**
 * Checks a configuration and reads its secrets: `env:NAME` from the environment, `file:PATH` from a file,
 * anything else as it stands.
 *
 * @throws {ConfigError} the first thing that is wrong, by its place
 */
export function resolveConfig(
  input: unknown,
  environment: NodeJS.ProcessEnv = process.env,
  clock: () => number = Date.now,
): ResolvedConfig {
  const parsed = configSchema.safeParse(input, { error: describeIssue });
  if (!parsed.success) throw toConfigError(parsed.error);
  const config = parsed.data;
  const readSecret = (reference: string, place: string): Secret =>
    resolveSecret(reference, place, environment);
  const store = parseLedgerSpec(config.store, environment);
  const tokens = new Map(
    config.tokens.map(({ token, tenant, role, budgets = [] }, index) => [
      hashToken(readSecret(token, `tokens[${index}].token`).reveal()),
      { tenant, role, budgets: toBudgets(budgets) },
    ]),
  );
  const tenants = new Set([...tokens.values()].map(({ tenant }) => tenant));
  if (tokens.size < config.tokens.length) throw new ConfigError("tokens: two entries have the same token");
  return {
    listen: toAddress(config.listen),
    store,
    redis: {
      prefix: config.redis.prefix,
      timeoutMs: config.redis.timeout_ms,
      waitForReplicas: config.redis.wait_for_replicas,
    },
    retentionMs: (toSeconds(config.retention) ?? 0) * 1000,
    tokens,
    vendors: new Map(
      Object.entries(config.vendors).map(([name, vendor]) => [
        name,
        configureVendor(name, vendor, tenants, readSecret, clock),
      ]),
    ),
    exchange: toExchange(config.fx, config.fx_margin),
    requireCap: config.require_cap,
    lookUp: config.look_up,
    maxBodyBytes: config.limits.body_bytes,
    upstreamTimeoutMs: config.limits.upstream_timeout_ms,
    maxTtlSeconds: toSeconds(config.limits.max_expires_in) ?? 0,
    maxLifetimeSeconds: toSeconds(config.limits.max_lifetime) ?? 0,
    unknownAfterSeconds: toSeconds(config.limits.unknown_after) ?? 0,
    auditWaitMs: config.limits.audit_wait_ms,
    publicUrl: config.public_url?.replace(/\/+$/, ""),
  };
}

function toExchange(fx: Record<string, number>, margin: number): Exchange {
  try {
    return createExchange(fx, margin);
  } catch (error) {
    throw new ConfigError(`fx: ${firstLine(error as Error)}`);
  }
}

/** Of several issues, a field that nobody knows: a typo explains why another field is missing. */
function toConfigError({ issues }: z.ZodError): ConfigError {
  const { path, message } = toInnermost(issues.find(({ code }) => code === "unrecognized_keys") ?? issues[0]);
  const place = path
    .map((part, index) =>
      typeof part === "number" ? `[${part}]` : index ? `.${String(part)}` : String(part),
    )
    .join("");
  return new ConfigError(`${place || "the configuration"}: ${message}`);
}

/** Of the forms that a value can have, what is wrong with the one that it comes closest to. */
function toInnermost(issue: z.core.$ZodIssue | undefined): { path: PropertyKey[]; message: string } {
  if (issue?.code !== "invalid_union")
    return { path: issue?.path ?? [], message: issue?.message ?? "invalid" };
  const closest = issue.errors.find(
    ([first]) => first && !(first.code === "invalid_type" && first.path.length === 0),
  );
  if (closest === undefined) return issue;
  const { path, message } = toInnermost(closest[0]);
  return { path: [...issue.path, ...path], message };
}
