// The SDK of the release before budgets could state caps: @keybrake/core, bundled by esbuild. Generated; don't edit.

// packages/core/src/create-keybrake.ts
import * as z9 from "zod/mini";

// packages/core/src/environment.ts
function readEnvironment(name) {
  const { process } = globalThis;
  return process?.env?.[name] || void 0;
}

// packages/core/src/protocol/audit.ts
import * as z2 from "zod/mini";

// packages/core/src/protocol/fields.ts
import * as z from "zod/mini";

// packages/core/src/protocol/money.ts
var MICRO_USD_PER_USD = 1e6;
var MAX_USD = 9e9;
var MAX_MICRO_USD = MAX_USD * MICRO_USD_PER_USD;
var FRACTIONS_END = 2 ** 33;
var DECIMAL_USD = /^(0|[1-9]\d{0,9})(?:\.(\d{1,6}))?$/;
function toMicroUsd(usd2) {
  if (typeof usd2 === "number" && usd2 >= FRACTIONS_END && !Number.isInteger(usd2)) return void 0;
  const match = DECIMAL_USD.exec(String(usd2));
  if (!match) return void 0;
  const [, whole = "0", fraction = ""] = match;
  const microUsd = Number(whole) * MICRO_USD_PER_USD + Number(fraction.padEnd(6, "0"));
  return microUsd <= MAX_MICRO_USD ? microUsd : void 0;
}

// packages/core/src/protocol/fields.ts
var usd = z.number().check(
  z.minimum(0, { abort: true }),
  z.maximum(MAX_USD, { abort: true }),
  z.refine((value) => toMicroUsd(value) !== void 0, "must have at most 6 decimals")
);
var reportedUsd = z.number();
var timestamp = z.iso.datetime();
var printable = z.regex(/^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]*$/u, "must be printable characters");
var label = z.string().check(z.minLength(1), z.maxLength(200), printable);
var vendorName = z.string().check(z.regex(/^[a-z][a-z0-9-]{0,62}$/, "must be a vendor name: lower-case letters, digits, -"));
var budgetName = z.string().check(
  z.regex(/^[A-Za-z0-9][A-Za-z0-9:._@-]{0,127}$/, "must be letters, digits and : . _ @ - (at most 128)")
);
var metadata = z.record(
  z.string().check(z.minLength(1), z.maxLength(40), printable),
  z.string().check(z.maxLength(500), printable)
).check(z.refine((pairs) => Object.keys(pairs).length <= 20, "must have at most 20 pairs"));

// packages/core/src/protocol/audit.ts
var auditOutcomeSchema = z2.enum(["settled", "released", "unknown", "none"]);
var auditEntrySchema = z2.object({
  id: z2.string(),
  request_id: z2.string(),
  at: timestamp,
  key_id: z2.nullable(z2.string()),
  label: z2.nullable(z2.string()),
  vendor: z2.string(),
  mode: z2.nullable(z2.enum(["live", "test"])),
  method: z2.string(),
  path: z2.string(),
  decision: z2.enum(["allowed", "refused"]),
  code: z2.nullable(z2.string()),
  would_refuse: z2.nullable(z2.string()),
  status: z2.int(),
  outcome: auditOutcomeSchema,
  reserved_usd: reportedUsd,
  cost_usd: z2.nullable(reportedUsd),
  budgets: z2.array(z2.string()),
  metadata,
  vendor_request_id: z2.nullable(z2.string()),
  notes: z2.array(z2.string()),
  duration_ms: z2.int()
});
var auditQuerySchema = z2.strictObject({
  key_id: z2.optional(z2.string()),
  label_prefix: z2.optional(z2.string()),
  vendor: z2.optional(z2.string()),
  budget: z2.optional(z2.string()),
  decision: z2.optional(z2.enum(["allowed", "refused"])),
  outcome: z2.optional(auditOutcomeSchema),
  since: z2.optional(timestamp),
  until: z2.optional(timestamp)
});
var reconcileSchema = z2.strictObject({ cost_usd: usd });

// packages/core/src/protocol/budget.ts
import * as z3 from "zod/mini";
var budgetUpdateSchema = z3.strictObject({
  daily_usd_cap: z3.optional(z3.nullable(usd)),
  total_usd_cap: z3.optional(z3.nullable(usd)),
  frozen: z3.optional(z3.boolean())
});
var budgetSchema = z3.object({
  name: z3.string(),
  daily_usd_cap: z3.nullable(reportedUsd),
  total_usd_cap: z3.nullable(reportedUsd),
  frozen: z3.boolean(),
  spend: z3.object({
    daily_usd: reportedUsd,
    total_usd: reportedUsd,
    held_usd: reportedUsd,
    unknown_usd: reportedUsd,
    remaining_usd: z3.nullable(reportedUsd),
    resets_at: timestamp
  })
});

// packages/core/src/protocol/duration.ts
var SECONDS_PER_UNIT = { s: 1, m: 60, h: 3600, d: 86400 };
function toSeconds(duration) {
  const match = /^([1-9]\d{0,8})([smhd])$/.exec(duration);
  if (!match) return void 0;
  return Number(match[1]) * SECONDS_PER_UNIT[match[2]];
}

// packages/core/src/protocol/endpoint-pattern.ts
var PATTERN = /^(?:[A-Z]{3,10} )?\/[^\s?#\\]*$/;
function isEndpointPattern(pattern) {
  if (!PATTERN.test(pattern)) return false;
  const segments = pattern.slice(pattern.indexOf("/") + 1).split("/");
  return segments.every(
    (segment) => segment === "*" || segment !== "" && segment !== "." && segment !== ".." && !segment.includes("*")
  );
}

// packages/core/src/protocol/error.ts
import * as z4 from "zod/mini";
var ERROR_STATUS = {
  malformed_request: 400,
  unreadable_amount: 400,
  invalid_token: 401,
  invalid_key: 401,
  key_expired: 401,
  key_revoked: 401,
  vendor_mismatch: 403,
  endpoint_not_allowed: 403,
  unpriced_endpoint: 403,
  currency_unpriced: 403,
  account_not_allowed: 403,
  secret_endpoint: 403,
  budget_frozen: 403,
  not_found: 404,
  unknown_vendor: 404,
  idempotency_conflict: 409,
  request_too_large: 413,
  invalid_policy: 422,
  cap_exhausted: 429,
  call_limit_reached: 429,
  rate_limited: 429,
  internal_error: 500,
  upstream_unreachable: 502,
  store_unavailable: 503,
  upstream_timeout: 504
};
function toDocUrl(code) {
  return `https://keybrake.com/docs/errors#${code}`;
}
var limitDetailsSchema = z4.object({
  limit: z4.string(),
  cap_usd: z4.optional(z4.string()),
  spent_usd: z4.optional(z4.string()),
  held_usd: z4.optional(z4.string()),
  requested_usd: z4.optional(z4.string()),
  resets_at: z4.optional(z4.string())
});
var policyIssueSchema = z4.object({ path: z4.string(), message: z4.string() });
var errorEnvelopeSchema = z4.object({
  code: z4.string(),
  message: z4.string(),
  name: z4.string(),
  status: z4.int(),
  statusCode: z4.int(),
  more_info: z4.string(),
  request_id: z4.string(),
  details: z4.optional(limitDetailsSchema),
  issues: z4.optional(z4.array(policyIssueSchema)),
  error: z4.object({
    type: z4.literal("keybrake_error"),
    code: z4.string(),
    message: z4.string(),
    doc_url: z4.string()
  }),
  errors: z4.array(z4.object({ message: z4.string(), extensions: z4.object({ code: z4.string() }) }))
});

// packages/core/src/protocol/key.ts
import * as z6 from "zod/mini";

// packages/core/src/protocol/policy.ts
import * as z5 from "zod/mini";
var durationField = z5.string().check(z5.refine((text) => toSeconds(text) !== void 0, 'must be "<integer>s|m|h|d", such as "5m"'));
var endpointPattern = z5.string().check(
  z5.maxLength(500),
  z5.refine(
    isEndpointPattern,
    'must be "[METHOD ]/path"; * stands for one whole segment, a last /* for one or more'
  )
);
var positiveInteger = z5.int().check(z5.minimum(1));
var policySchema = z5.strictObject({
  label,
  vendor: vendorName,
  allowed_endpoints: z5.optional(z5.array(endpointPattern).check(z5.maxLength(200))),
  daily_usd_cap: z5.optional(usd),
  total_usd_cap: z5.optional(usd),
  max_usd_per_call: z5.optional(usd),
  max_calls: z5.optional(positiveInteger),
  calls_per_minute: z5.optional(positiveInteger.check(z5.maximum(1e6))),
  budgets: z5.optional(
    z5.array(budgetName).check(
      z5.maxLength(8),
      z5.refine((names) => new Set(names).size === names.length, "must not name a budget twice")
    )
  ),
  expires_in: z5.optional(durationField),
  mode: z5.optional(z5.enum(["live", "test"])),
  shadow: z5.optional(z5.boolean()),
  accounts: z5.optional(z5.array(z5.string().check(z5.minLength(1), z5.maxLength(200))).check(z5.maxLength(100))),
  allow_recurring: z5.optional(z5.boolean()),
  idempotency: z5.optional(z5.enum(["inject"])),
  parent: z5.optional(z5.literal("self")),
  metadata: z5.optional(metadata)
});
var legacyPolicySchema = z5.extend(z5.omit(policySchema, { label: true }), { agent_run_label: label });
var DEFAULT_EXPIRES_IN = "5m";

// packages/core/src/protocol/key.ts
var keyStatusSchema = z6.enum(["active", "expired", "revoked"]);
var keySpendSchema = z6.object({
  daily_usd: reportedUsd,
  total_usd: reportedUsd,
  held_usd: reportedUsd,
  unknown_usd: reportedUsd,
  calls: z6.int(),
  remaining_usd: z6.nullable(reportedUsd),
  resets_at: timestamp
});
var keyFields = {
  id: z6.string(),
  label,
  vendor: vendorName,
  status: keyStatusSchema,
  mode: z6.enum(["live", "test"]),
  allowed_endpoints: z6.optional(z6.array(z6.string())),
  daily_usd_cap: z6.optional(reportedUsd),
  total_usd_cap: z6.optional(reportedUsd),
  max_usd_per_call: z6.optional(reportedUsd),
  max_calls: z6.optional(z6.int()),
  calls_per_minute: z6.optional(z6.int()),
  budgets: z6.array(z6.string()),
  shadow: z6.boolean(),
  accounts: z6.array(z6.string()),
  allow_recurring: z6.boolean(),
  idempotency: z6.optional(z6.enum(["inject"])),
  parent_id: z6.optional(z6.string()),
  metadata,
  created_at: timestamp,
  expires_at: timestamp,
  revoked_at: z6.nullable(timestamp)
};
var keySchema = z6.object(keyFields);
var keyWithSpendSchema = z6.object({ ...keyFields, spend: keySpendSchema });
var issuedKeySchema = z6.object({ ...keyFields, token: z6.string() });
var legacyIssuedKeySchema = z6.object({ ...keyFields, token: z6.string(), vault_key: z6.string() });
var revokedKeySchema = z6.object({
  ...keyFields,
  in_flight: z6.object({ calls: z6.int(), held_usd: reportedUsd })
});
var extendSchema = z6.strictObject({ expires_in: durationField });
var revokeManySchema = z6.strictObject({
  label_prefix: z6.optional(z6.string().check(z6.minLength(1), z6.maxLength(200))),
  budget: z6.optional(z6.string().check(z6.minLength(1))),
  vendor: z6.optional(vendorName)
}).check(
  z6.refine(
    (filter) => Object.values(filter).some((value) => value !== void 0),
    "name at least one of label_prefix, budget, vendor"
  )
);
var revokedManySchema = z6.object({ revoked: z6.int() });
var keyQuerySchema = z6.strictObject({
  status: z6.optional(keyStatusSchema),
  vendor: z6.optional(z6.string()),
  label_prefix: z6.optional(z6.string()),
  budget: z6.optional(z6.string())
});

// packages/core/src/protocol/page.ts
import * as z7 from "zod/mini";
var MAX_PAGE = 100;
function pageSchema(item) {
  return z7.object({ data: z7.array(item), has_more: z7.boolean() });
}
var pageQuery = {
  limit: z7.optional(z7.coerce.number().check(z7.int(), z7.minimum(1), z7.maximum(MAX_PAGE))),
  starting_after: z7.optional(z7.string())
};

// packages/core/src/protocol/validate.ts
import * as z8 from "zod/mini";
var validateSchema = z8.strictObject({
  vendor: vendorName,
  budgets: z8.optional(z8.array(budgetName).check(z8.maxLength(8))),
  endpoint: z8.optional(z8.string().check(z8.minLength(1), z8.maxLength(500))),
  usd: z8.optional(usd)
});
var validationSchema = z8.object({
  allowed: z8.boolean(),
  code: z8.optional(z8.string()),
  remaining_usd: z8.nullable(reportedUsd)
});

// packages/core/src/protocol/wire-names.ts
var toCamelCase = (name) => name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());
function fromWire(schema, value) {
  return rename(schema, value, (name) => [name, toCamelCase(name)]);
}
function toWire(schema, value) {
  return rename(schema, value, (name) => [toCamelCase(name), name]);
}
function rename(schema, value, direction) {
  const def = schema._zod.def;
  if (value === null || value === void 0) return value;
  switch (def.type) {
    case "optional":
    case "nullable":
      return rename(def.innerType, value, direction);
    case "array":
      return Array.isArray(value) ? value.map((item) => rename(def.element, item, direction)) : value;
    case "object": {
      if (typeof value !== "object") return value;
      const renamed = { ...value };
      for (const [wireName, field] of Object.entries(def.shape)) {
        const [from, to] = direction(wireName);
        if (!Object.hasOwn(value, from)) continue;
        delete renamed[from];
        renamed[to] = rename(field, value[from], direction);
      }
      return renamed;
    }
    default:
      return value;
  }
}

// packages/core/src/errors.ts
var MARK = /* @__PURE__ */ Symbol.for("keybrake.error");
var CALLER_ANSWERS = {
  cap_exhausted: { status: 402, error: "spend_cap_exceeded" },
  call_limit_reached: { status: 402, error: "call_limit_reached" },
  rate_limited: { status: 429, error: "rate_limited" },
  vendor_mismatch: { status: 403, error: "vendor_mismatch" },
  endpoint_not_allowed: { status: 403, error: "endpoint_not_allowed" },
  unpriced_endpoint: { status: 403, error: "unpriced_endpoint" },
  currency_unpriced: { status: 403, error: "currency_unpriced" },
  account_not_allowed: { status: 403, error: "account_not_allowed" },
  secret_endpoint: { status: 403, error: "secret_endpoint" },
  budget_frozen: { status: 403, error: "budget_frozen" },
  invalid_key: { status: 403, error: "invalid_key" },
  key_expired: { status: 403, error: "key_expired" },
  key_revoked: { status: 403, error: "key_revoked" },
  invalid_policy: { status: 500, error: "invalid_policy" },
  invalid_token: { status: 503, error: "vault_key_unavailable" },
  missing_token: { status: 503, error: "vault_key_unavailable" },
  vault_key_unavailable: { status: 503, error: "vault_key_unavailable" },
  store_unavailable: { status: 503, error: "vault_key_unavailable" },
  upstream_timeout: { status: 504, error: "upstream_timeout" }
};
function toCallerAnswer(code) {
  const known = Object.hasOwn(CALLER_ANSWERS, code) ? CALLER_ANSWERS[code] : void 0;
  return known ?? { status: 502, error: "vault_call_failed" };
}
var RETRYABLE = /* @__PURE__ */ new Set([
  "rate_limited",
  "store_unavailable",
  "upstream_timeout",
  "upstream_unreachable",
  "vault_key_unavailable"
]);
var KeybrakeError = class extends Error {
  name = "KeybrakeError";
  /** The contract's code, such as `cap_exhausted`. */
  code;
  /** The HTTP status of the refusal. */
  status;
  /** Whether the same call may succeed later without anybody changing anything. */
  retryable;
  /** `Keybrake-Request-Id` of the refused call; find it in the audit log. */
  requestId;
  /** Where the code is explained. */
  docUrl;
  constructor(options) {
    super(options.message, options.cause === void 0 ? void 0 : { cause: options.cause });
    this.code = options.code;
    this.status = options.status ?? ERROR_STATUS[options.code] ?? 500;
    this.retryable = RETRYABLE.has(options.code);
    this.requestId = options.requestId;
    this.docUrl = toDocUrl(options.code);
    Object.defineProperty(this, MARK, { value: true });
  }
  /** Whether a value is a `KeybrakeError`, also one from another copy of this package. */
  static isInstance(value) {
    return typeof value === "object" && value !== null && value[MARK] === true;
  }
  toJSON() {
    const { name, code, message, status, retryable, requestId, docUrl } = this;
    return { name, code, message, status, retryable, requestId, docUrl };
  }
  /**
   * What an agent backend answers its own caller: a spent cap is 402 `{ error: "spend_cap_exceeded" }`, an
   * unavailable key 503 `{ error: "vault_key_unavailable" }`. The body names no budget, amount or key.
   */
  toResponse() {
    const { status, error } = toCallerAnswer(this.code);
    const headers = new Headers({ "cache-control": "no-store" });
    if (this.requestId) headers.set("keybrake-request-id", this.requestId);
    return Response.json({ error }, { status, headers });
  }
};
var CapExhaustedError = class extends KeybrakeError {
  name = "CapExhaustedError";
  /** Which limit it was, what is spent and held of it, what the call needed, when it resets. USD as decimal text. */
  details;
  constructor(options) {
    super(options);
    this.details = options.details && fromWire(limitDetailsSchema, options.details);
  }
  toJSON() {
    return { ...super.toJSON(), details: this.details };
  }
};
var CallLimitError = class extends KeybrakeError {
  name = "CallLimitError";
};
var EndpointNotAllowedError = class extends KeybrakeError {
  name = "EndpointNotAllowedError";
};
var UnpricedEndpointError = class extends KeybrakeError {
  name = "UnpricedEndpointError";
};
var KeyExpiredError = class extends KeybrakeError {
  name = "KeyExpiredError";
};
var KeyRevokedError = class extends KeybrakeError {
  name = "KeyRevokedError";
};
var RateLimitedError = class extends KeybrakeError {
  name = "RateLimitedError";
  /** Seconds to wait before the next call. */
  retryAfterSeconds;
  constructor(options) {
    super(options);
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
  toResponse() {
    const response = super.toResponse();
    response.headers.set("retry-after", String(this.retryAfterSeconds));
    return response;
  }
};
var InvalidPolicyError = class extends KeybrakeError {
  name = "InvalidPolicyError";
  /** Every field that is wrong, and why. */
  issues;
  constructor(options) {
    super(options);
    this.issues = options.issues;
  }
  toJSON() {
    return { ...super.toJSON(), issues: this.issues };
  }
};
var VaultKeyUnavailableError = class extends KeybrakeError {
  name = "VaultKeyUnavailableError";
  constructor(options) {
    super({ ...options, code: "vault_key_unavailable", status: 503 });
  }
};
var TimeoutError = class extends KeybrakeError {
  name = "TimeoutError";
};
async function readRefusal(response) {
  const code = response.headers.get("x-keybrake-code");
  if (code === null) return void 0;
  const parsed = errorEnvelopeSchema.safeParse(await response.json().catch(() => void 0));
  return toTypedError(code, response, parsed.success ? parsed.data : void 0);
}
function toTypedError(code, response, body) {
  const requestId = response.headers.get("keybrake-request-id") ?? body?.request_id;
  const options = {
    code,
    message: body?.message ?? `Keybrake refused the call: ${code}`,
    status: response.status,
    ...requestId ? { requestId } : {}
  };
  switch (code) {
    case "cap_exhausted":
      return new CapExhaustedError({ ...options, details: body?.details });
    case "call_limit_reached":
      return new CallLimitError(options);
    case "endpoint_not_allowed":
      return new EndpointNotAllowedError(options);
    case "unpriced_endpoint":
      return new UnpricedEndpointError(options);
    case "key_expired":
      return new KeyExpiredError(options);
    case "key_revoked":
      return new KeyRevokedError(options);
    case "rate_limited":
      return new RateLimitedError({
        ...options,
        retryAfterSeconds: Number(response.headers.get("retry-after") ?? 1)
      });
    case "invalid_policy":
      return new InvalidPolicyError({ ...options, issues: body?.issues ?? [] });
    case "upstream_timeout":
      return new TimeoutError(options);
    default:
      return new KeybrakeError(options);
  }
}

// packages/core/src/events.ts
function emit(onEvent, event) {
  try {
    onEvent?.(event);
  } catch (error) {
    console.warn("keybrake: onEvent threw", error);
  }
}

// packages/core/src/control-client.ts
var DEFAULT_API_URL = "https://api.keybrake.com";
var DEFAULT_PROXY_URL = "https://proxy.keybrake.com";
function createControlClient(options) {
  const { timeoutMs = 5e3, retry = { attempts: 1, delayMs: 100 } } = options;
  const givenApiUrl = () => options.apiUrl ?? readEnvironment("KEYBRAKE_API_URL");
  const apiUrl = () => trimSlash(givenApiUrl() ?? DEFAULT_API_URL);
  const report = (event) => emit(options.onEvent, event);
  const clientFetch = (input, init) => (options.fetch ?? globalThis.fetch)(input, init);
  async function attempt(request) {
    const { method, path, query, body, answer, idempotencyKey, signal } = request;
    const response = await clientFetch(`${apiUrl()}${path}${toQuery(query)}`, {
      method,
      headers: {
        authorization: `Bearer ${readToken(options.token)}`,
        ...body === void 0 ? {} : { "content-type": "application/json" },
        ...idempotencyKey === void 0 ? {} : { "idempotency-key": idempotencyKey }
      },
      ...body === void 0 ? {} : { body: JSON.stringify(body) },
      // Next.js caches fetch where it can; a cached key would be a shared key.
      cache: "no-store",
      // Followed nowhere: a 3xx is not ok, so it fails below. Workers do not know "error".
      redirect: "manual",
      signal: orTimeout(signal, timeoutMs)
    });
    const refusal = await readRefusal(response);
    if (refusal) throw refusal;
    if (!response.ok) throw new Error(`the control API answered ${response.status}`);
    return answer.parse(parseJson(await response.text()));
  }
  return {
    fetch: clientFetch,
    emit: report,
    token: () => readToken(options.token),
    apiUrl,
    proxyUrl: () => trimSlash(
      options.proxyUrl ?? readEnvironment("KEYBRAKE_PROXY_URL") ?? givenApiUrl() ?? DEFAULT_PROXY_URL
    ),
    async call(request) {
      for (let attemptsLeft = retry.attempts; ; attemptsLeft--) {
        try {
          return await attempt(request);
        } catch (error) {
          request.signal?.throwIfAborted();
          if (isAnswer(error)) throw error;
          if (attemptsLeft <= 0) throw toUnavailable(error);
          report({ type: "retried", operation: `${request.method} ${request.path}`, error });
          await waitAbout(retry.delayMs);
        }
      }
    }
  };
}
function orTimeout(signal, timeoutMs) {
  const timeout = AbortSignal.timeout(timeoutMs);
  return signal ? AbortSignal.any([signal, timeout]) : timeout;
}
function parseJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error("the control API's answer is not JSON");
  }
}
function isAnswer(error) {
  return KeybrakeError.isInstance(error) && error.status < 500;
}
function toUnavailable(error) {
  const reason = error instanceof Error ? error.message : String(error);
  const requestId = KeybrakeError.isInstance(error) ? error.requestId : void 0;
  return new VaultKeyUnavailableError({
    message: `Keybrake is unavailable: ${reason}`,
    cause: error,
    ...requestId ? { requestId } : {}
  });
}
function readToken(token) {
  const found = token ?? readEnvironment("KEYBRAKE_TOKEN");
  if (found) return found;
  throw new KeybrakeError({
    code: "missing_token",
    status: 401,
    message: "No Keybrake token: set KEYBRAKE_TOKEN, or pass createKeybrake({ token })."
  });
}
function waitAbout(delayMs) {
  return new Promise((resolve) => setTimeout(resolve, delayMs * (0.5 + Math.random())));
}
function trimSlash(url) {
  return url.replace(/\/+$/, "");
}
function toQuery(query = {}) {
  const given = Object.entries(query).filter((pair) => pair[1] !== void 0);
  return given.length === 0 ? "" : `?${new URLSearchParams(given)}`;
}

// packages/core/src/vault-key.ts
var LONGEST_TIMER_MS = 2 ** 31 - 1;
var VaultKey = class {
  #state;
  #control;
  #aborter = new AbortController();
  #expiryTimer;
  #revoked;
  #capRefusal;
  /** @internal keys come from `issue` and `withVaultKey`. */
  constructor(state, control) {
    this.#state = state;
    this.#control = control;
  }
  /** Public id, `key_…`; safe to log. */
  get id() {
    return this.#state.id;
  }
  /** The secret: hand it to a vendor's SDK in place of the vendor's key. Never log it. */
  get token() {
    return this.#state.token;
  }
  get vendor() {
    return this.#state.vendor;
  }
  get label() {
    return this.#state.label;
  }
  get expiresAt() {
    return this.#state.expiresAt;
  }
  /** Where the vendor's API is for this key: `https://proxy.keybrake.com/stripe`. No slash at the end. */
  get baseUrl() {
    return this.#state.baseUrl;
  }
  /** False when Keybrake was unreachable and the policy's `failOpen` credential stands in. */
  get tracked() {
    return this.#state.tracked;
  }
  /**
   * The latest refusal of a call of `fetch` or `rawFetch` for a spent cap, with its details. A vendor's SDK raises
   * the same refusal as an error of its own, and drops them.
   */
  get capRefusal() {
    return this.#capRefusal;
  }
  /** Aborts when the key expires or is revoked by this process; hand it to whatever must not outlive the key. */
  get signal() {
    this.#armExpiry();
    return this.#aborter.signal;
  }
  /**
   * The vendor's API through the proxy. Every answer of the vendor comes back untouched, errors too; redirects
   * are handed back, not followed.
   *
   * @param input the vendor's URL (`https://api.stripe.com/v1/charges`) or a path (`/v1/charges`)
   * @throws {KeybrakeError} when Keybrake refuses the call: `CapExhaustedError`, `EndpointNotAllowedError`, …
   */
  fetch = async (input, init) => {
    const response = await this.rawFetch(input, init);
    const refusal = await readRefusal(response);
    if (refusal) throw refusal;
    return response;
  };
  /** As `fetch`, but a refusal comes back as a response: for vendor SDKs, which raise it as their own error. */
  rawFetch = async (input, init) => {
    const request = input instanceof Request ? input : void 0;
    const headers = new Headers(init?.headers ?? request?.headers);
    headers.set("authorization", `Bearer ${this.#state.token}`);
    const url = toProxyUrl(this.#state.baseUrl, request ? request.url : String(input));
    const options = { redirect: "manual", cache: "no-store", ...init, headers };
    const response = await this.#control.fetch(request ? new Request(url, request) : url, options);
    if (response.headers.get("x-keybrake-code") === "cap_exhausted") await this.#noteCap(response.clone());
    return response;
  };
  async #noteCap(copy) {
    const refusal = await readRefusal(copy);
    if (refusal instanceof CapExhaustedError) this.#capRefusal = refusal;
  }
  /**
   * A new life of the given length from now; never past the proxy's `max_lifetime`.
   *
   * @throws {KeyExpiredError | KeyRevokedError} when it is too late
   */
  async extend(expiresIn) {
    this.#state.expiresAt = this.#state.tracked ? await this.#extend(expiresIn) : toMoment(expiresIn);
    if (this.#expiryTimer !== void 0) {
      clearTimeout(this.#expiryTimer);
      this.#expiryTimer = void 0;
      this.#armExpiry();
    }
    this.#control.emit({ type: "extended", keyId: this.id, expiresAt: this.expiresAt });
  }
  async #extend(expiresIn) {
    const key = await this.#control.call({
      method: "POST",
      path: `/v1/keys/${this.id}/extend`,
      body: { expires_in: expiresIn },
      answer: keySchema
    });
    return new Date(key.expires_at);
  }
  /**
   * Ends the key. When it resolves, no further call with this key reaches the vendor. Calling it again gives the
   * same receipt; after a failure, it tries again.
   */
  revoke() {
    this.#revoked ??= this.#revoke().catch((error) => {
      this.#revoked = void 0;
      throw error;
    });
    return this.#revoked;
  }
  async #revoke() {
    clearTimeout(this.#expiryTimer);
    this.#aborter.abort(
      new KeyRevokedError({ code: "key_revoked", message: `The vault key ${this.id} was revoked.` })
    );
    if (!this.#state.tracked) return { calls: 0, heldUsd: 0 };
    const answer = await this.#control.call({
      method: "DELETE",
      path: `/v1/keys/${this.id}`,
      answer: revokedKeySchema
    });
    this.#control.emit({ type: "revoked", keyId: this.id });
    return fromWire(revokedKeySchema, answer).inFlight;
  }
  async [Symbol.asyncDispose]() {
    await this.revoke();
  }
  #armExpiry() {
    if (this.#expiryTimer !== void 0 || this.#aborter.signal.aborted) return;
    const remainingMs = this.#state.expiresAt.getTime() - Date.now();
    if (remainingMs <= 0) {
      this.#aborter.abort(
        new KeyExpiredError({ code: "key_expired", message: `The vault key ${this.id} has expired.` })
      );
      return;
    }
    this.#expiryTimer = setTimeout(
      () => {
        this.#expiryTimer = void 0;
        this.#armExpiry();
      },
      Math.min(remainingMs, LONGEST_TIMER_MS)
    );
    keepProcessFree(this.#expiryTimer);
  }
  toJSON() {
    const { id, vendor, label: label2, expiresAt, baseUrl, tracked } = this;
    return { id, vendor, label: label2, expiresAt, baseUrl, tracked, token: "[redacted]" };
  }
  toString() {
    return `VaultKey ${this.id} (${this.vendor})`;
  }
  [/* @__PURE__ */ Symbol.for("nodejs.util.inspect.custom")]() {
    return `VaultKey ${JSON.stringify(this.toJSON())}`;
  }
};
function toMoment(expiresIn) {
  return new Date(Date.now() + (toSeconds(expiresIn) ?? 0) * 1e3);
}
function keepProcessFree(timer) {
  timer.unref?.();
}
function toProxyUrl(baseUrl, input) {
  if (input === baseUrl || input.startsWith(`${baseUrl}/`)) return input;
  if (input.startsWith("/")) return `${baseUrl}${input}`;
  const url = new URL(input);
  return `${baseUrl}${url.pathname}${url.search}`;
}

// packages/core/src/keep-alive.ts
var SHORTEST_PAUSE_MS = 250;
function keepAlive(key, expiresIn, control) {
  let timer;
  let stopped = false;
  async function extend2() {
    try {
      await key.extend(expiresIn);
    } catch (error) {
      if (stopped) return;
      control.emit({ type: "extend_failed", keyId: key.id, error });
      const refused = KeybrakeError.isInstance(error) && !error.retryable;
      if (refused || key.expiresAt.getTime() <= Date.now()) return;
    }
    if (!stopped) schedule();
  }
  function schedule() {
    const remainingMs = key.expiresAt.getTime() - Date.now();
    timer = setTimeout(extend2, Math.min(Math.max(remainingMs / 2, SHORTEST_PAUSE_MS), LONGEST_TIMER_MS));
  }
  schedule();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}

// packages/core/src/with-vault-key.ts
async function runWithVaultKey(issue, control, policy, use, options) {
  const resolved = typeof policy === "function" ? await policy() : policy;
  const key = await issue(resolved, { signal: options.signal });
  const stopKeepAlive = resolved.keepAlive ? keepAlive(key, resolved.expiresIn ?? DEFAULT_EXPIRES_IN, control) : void 0;
  try {
    return await use(key);
  } finally {
    stopKeepAlive?.();
    await revokeAtLast(key, control, options.onRevokeError);
  }
}
async function revokeAtLast(key, control, onRevokeError) {
  await key.revoke().catch((error) => {
    control.emit({ type: "revoke_failed", keyId: key.id, error });
    try {
      onRevokeError?.(error, key);
    } catch (thrown) {
      console.warn("keybrake: onRevokeError threw", thrown);
    }
  });
}

// packages/core/src/create-keybrake.ts
var controls = /* @__PURE__ */ new WeakMap();
function createKeybrake(options = {}) {
  const control = createControlClient(options);
  async function issue({ keepAlive: _keepAlive, failOpen, ...policy }, { signal } = {}) {
    const proxyUrl = control.proxyUrl();
    try {
      const key = await control.call({
        method: "POST",
        path: "/v1/keys",
        body: toWire(policySchema, policy),
        answer: issuedKeySchema,
        idempotencyKey: crypto.randomUUID(),
        signal
      });
      control.emit({ type: "issued", keyId: key.id, vendor: key.vendor, label: key.label });
      const { id, token, vendor, label: label2 } = key;
      const baseUrl = `${proxyUrl}/${vendor}`;
      return new VaultKey(
        { id, token, vendor, label: label2, expiresAt: new Date(key.expires_at), baseUrl, tracked: true },
        control
      );
    } catch (error) {
      if (!failOpen || !(error instanceof VaultKeyUnavailableError)) throw error;
      return standIn(policy, failOpen(), error);
    }
  }
  function standIn(policy, credential, error) {
    const { vendor, label: label2, expiresIn = DEFAULT_EXPIRES_IN } = policy;
    console.warn(
      `keybrake: unavailable, failing open for ${vendor} (${label2}): its calls are neither capped nor audited`
    );
    control.emit({ type: "fail_open", vendor, label: label2, error });
    const expiresAt = toMoment(expiresIn);
    return new VaultKey(
      { id: "fail_open", vendor, label: label2, expiresAt, ...credential, tracked: false },
      control
    );
  }
  async function list(path, item, filter, { limit, startingAfter, ...query }) {
    const page = await control.call({
      method: "GET",
      path,
      query: {
        ...toWire(filter, query),
        limit: limit?.toString(),
        starting_after: startingAfter
      },
      answer: pageSchema(item)
    });
    return { data: page.data.map((entry) => fromWire(item, entry)), hasMore: page.has_more };
  }
  const client = {
    issue,
    withVaultKey: (policy, use, scope = {}) => runWithVaultKey(issue, control, policy, use, scope),
    async getKey(id) {
      const path = `/v1/keys/${encodeURIComponent(id)}`;
      return fromWire(
        keyWithSpendSchema,
        await control.call({ method: "GET", path, answer: keyWithSpendSchema })
      );
    },
    listKeys: (filter = {}) => list("/v1/keys", keySchema, keyQuerySchema, filter),
    async revokeKeys(filter) {
      const body = toWire(revokeManySchema, filter);
      const path = "/v1/keys/revoke";
      return (await control.call({ method: "POST", path, body, answer: revokedManySchema })).revoked;
    },
    async validate(question) {
      const body = toWire(validateSchema, question);
      const answer = await control.call({
        method: "POST",
        path: "/v1/validate",
        body,
        answer: validationSchema
      });
      return fromWire(validationSchema, answer);
    },
    async getBudget(name) {
      const path = `/v1/budgets/${encodeURIComponent(name)}`;
      return fromWire(budgetSchema, await control.call({ method: "GET", path, answer: budgetSchema }));
    },
    listBudgets: (page = {}) => list("/v1/budgets", budgetSchema, z9.object({}), page),
    async setBudget(name, update) {
      const path = `/v1/budgets/${encodeURIComponent(name)}`;
      const body = toWire(budgetUpdateSchema, update);
      return fromWire(budgetSchema, await control.call({ method: "PUT", path, body, answer: budgetSchema }));
    },
    async reconcile(auditId, costUsd) {
      const path = `/v1/audit/${encodeURIComponent(auditId)}/reconcile`;
      const body = { cost_usd: costUsd };
      return fromWire(
        auditEntrySchema,
        await control.call({ method: "POST", path, body, answer: auditEntrySchema })
      );
    },
    listAudit: (filter = {}) => list("/v1/audit", auditEntrySchema, auditQuerySchema, filter)
  };
  controls.set(client, control);
  return client;
}

// packages/core/src/has-refusal-code.ts
function hasRefusalCode(value, isMeant) {
  const { error, errors } = value ?? {};
  return [value, error, errors].some((candidate) => codesOf(candidate).some(isMeant));
}
function codesOf(candidate) {
  const { code, headers, response } = candidate ?? {};
  return [code, readHeader(headers), readHeader(response?.headers)];
}
function readHeader(headers) {
  return headers instanceof Headers ? headers.get("x-keybrake-code") : void 0;
}

// packages/core/src/is-cap-exhausted.ts
function isCapExhausted(error) {
  return hasRefusalCode(error, (code) => code === "cap_exhausted");
}
export {
  createKeybrake,
  isCapExhausted
};
