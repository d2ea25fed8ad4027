import type { IncomingMessage, ServerResponse } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { type Refusal, toErrorAnswer } from "@keybrake/core/protocol";
import type { Ledger } from "@keybrake/ledger";
import { LedgerOpenError } from "@keybrake/ledger";
import type { Address } from "./config/address.ts";
import { type ProxyConfig, resolveConfig } from "./config/config.ts";
import type { ConfiguredVendor } from "./config/configure-vendor.ts";
import { openLedger } from "./config/open-ledger.ts";
import { createControlApi } from "./control/control-api.ts";
import { createMetrics } from "./control/metrics.ts";
import { failClosed } from "./ledger/fail-closed.ts";
import type { Call } from "./pipeline/call.ts";
import { guardLookUps } from "./pipeline/guard-look-ups.ts";
import { createInFlight } from "./pipeline/in-flight.ts";
import { createLookUp, NO_LOOK_UP } from "./pipeline/look-up.ts";
import { createOutbox } from "./pipeline/outbox.ts";
import { parseTarget } from "./pipeline/parse.ts";
import { handleVendorCall, type PipelineContext } from "./pipeline/pipeline.ts";
import { rememberLookUps } from "./pipeline/remember-look-ups.ts";
import { createTrueUps } from "./pipeline/true-up.ts";
import { createUpstreams } from "./pipeline/upstreams.ts";
import { Refused } from "./refusals/refused.ts";
import { routeRequest } from "./routing.ts";
import { createId } from "./secrets.ts";
import { closeServer, createHttpServer, type HttpServer, listen } from "./server.ts";

/** One call, as `onCall` is told of it. It holds no header, no body and no credential. */
export interface CallSummary {
  requestId: string;
  keyId: string | null;
  label: string | null;
  vendor: string;
  method: string;
  path: string;
  status: number;
  /** The refusal's code; null where the vendor answered. */
  code: string | null;
  /** Null where nobody knows. */
  costMicroUsd: number | null;
  durationMs: number;
}

/** What a proxy may be given besides its configuration. */
export interface ProxyOptions {
  /** Default: the store that the configuration names. It is opened at once, and closed by `close()`. */
  store?: Ledger;
  /** Where `env:` secrets are read. Default `process.env`. */
  environment?: NodeJS.ProcessEnv;
  /** Ms since the epoch. Default: the store's, which all who share it go by. */
  clock?: () => number;
  /** How long to wait before each attempt to learn a cost that the vendor only knows later. Default: 5 s to 12 h. */
  trueUpDelaysMs?: readonly number[];
  /** Told of each call that named a vendor, when it has been settled or refused. */
  onCall?: (call: CallSummary) => void;
  /** Told of failures that no caller may see. Default: `console.error`. */
  onInternalError?: (error: unknown, requestId: string | null) => void;
}

const END_OVERDUE_EVERY_MS = 5_000;
// Seldom, since it asks for every tenant, and what it finds is hours old.
const SPEND_UNKNOWN_EVERY_MS = 60_000;
// A living call is over by then: the vendor has its time for the head of its answer, and again for what must be read of it.
const GIVE_UP_AFTER_TIMEOUTS = 2;
const GIVE_UP_MARGIN_MS = 5_000;

/** A proxy: the data plane and the control API on one port, and vendors that want one on ports of their own. */
export interface Proxy {
  /**
   * Where it throws, the proxy is closed.
   *
   * @throws {LedgerOpenError} the store can't be reached
   * @throws {ListenError} the port is in use, or may not be had
   */
  listen(): Promise<{ url: string; vendors: Record<string, string> }>;
  /**
   * Stops taking calls, lets those at vendors finish and settles them, then closes the store.
   *
   * @param options.graceMs how long to wait for them. Default: as long as a vendor may take, and five seconds more
   */
  close(options?: { graceMs?: number }): Promise<void>;
}

/**
 * Makes a proxy. Nothing listens until `listen()`.
 *
 * @throws {ConfigError} the first thing in the configuration that is wrong
 * @throws {LedgerOpenError} the store that the configuration names can't be opened
 * @example
 * const proxy = createProxy({
 *   listen: "127.0.0.1:4242",
 *   tokens: [{ name: "default", token: "env:KEYBRAKE_TOKEN" }],
 *   vendors: { stripe: { credential: "env:STRIPE_SECRET_KEY" } },
 * });
 * const { url } = await proxy.listen();
 */
export function createProxy(input: ProxyConfig, options: ProxyOptions = {}): Proxy {
  const { onCall, onInternalError = reportError } = options;
  const config = resolveConfig(input, options.environment, options.clock);
  const opened = options.store ?? openLedger(config, options.clock);
  const store = failClosed(opened, (error) => onInternalError(error, null));
  const clock = options.clock ?? (() => store.now());
  const upstreams = createUpstreams(config.upstreamTimeoutMs);
  const inFlight = createInFlight();
  const closing = new AbortController();
  const outbox = createOutbox({ store, waitMs: config.auditWaitMs, onInternalError });
  const metrics = createMetrics({ countInFlight: inFlight.count, countOwed: outbox.owed });
  const control = getRequestListener(
    createControlApi({ config, store, inFlight, clock, closing: closing.signal }, metrics, onInternalError)
      .fetch,
    { overrideGlobalObjects: false },
  );
  const trueUps = createTrueUps(store, upstreams, onInternalError, options.trueUpDelaysMs);
  const sweeps = [
    setInterval(() => {
      ignoreFailure(() => store.endOverdue());
    }, END_OVERDUE_EVERY_MS).unref(),
    setInterval(() => {
      ignoreFailure(() => store.spendUnknown(clock() - config.unknownAfterSeconds * 1000));
    }, SPEND_UNKNOWN_EVERY_MS).unref(),
  ];
  const unwatch = store.onRevoke((keyIds) => {
    for (const keyId of keyIds) inFlight.stop(keyId);
  });
  const lookUp = config.lookUp
    ? guardLookUps(createLookUp(upstreams, config.maxBodyBytes), { store, clock })
    : NO_LOOK_UP;
  const pipeline: PipelineContext = {
    store,
    outbox,
    upstreams,
    inFlight,
    clock,
    exchange: config.exchange,
    maxBodyBytes: config.maxBodyBytes,
    lookUp,
    lookUpConstant: rememberLookUps(lookUp, clock),
    giveUpAfterMs: config.upstreamTimeoutMs * GIVE_UP_AFTER_TIMEOUTS + GIVE_UP_MARGIN_MS,
    publicUrl: config.publicUrl,
    trueUps,
    onInternalError,
    onCall(call, ending) {
      const summary = summarize(call, ending);
      const { vendor, status, code, durationMs, costMicroUsd } = summary;
      metrics.countCall(vendor, status, code, durationMs, costMicroUsd);
      try {
        onCall?.(summary);
      } catch (error) {
        onInternalError(error, summary.requestId);
      }
    },
  };

  function handle(
    own: ConfiguredVendor | undefined,
    request: IncomingMessage,
    response: ServerResponse,
  ): void {
    if (closing.signal.aborted) {
      refuse(response, {
        code: "store_unavailable",
        message: "The proxy is shutting down. Nothing was forwarded. It's safe to retry.",
      });
      return;
    }
    const route = routeRequest(request, config.vendors, own);
    if (route.kind === "control") void control(withPlainHost(request), response);
    else if (route.kind === "vendor") void handleVendorCall(pipeline, route, request, response);
    else answerUnknown(request, response, [...config.vendors.keys()]);
  }

  const main = createHttpServer((request, response) => handle(undefined, request, response));
  const ownPorts = [...config.vendors.values()]
    .filter((vendor): vendor is ConfiguredVendor & { listen: Address } => vendor.listen !== undefined)
    .map((vendor) => ({
      vendor,
      server: createHttpServer((request, response) => handle(vendor, request, response)),
    }));
  const servers: HttpServer[] = [main, ...ownPorts.map(({ server }) => server)];

  let ended: Promise<void> | undefined;
  async function end(graceMs: number): Promise<void> {
    closing.abort();
    const closed = Promise.all([...servers.map(closeServer), inFlight.drained()]);
    const timer = setTimeout(() => {
      for (const { server } of servers) server.closeAllConnections();
    }, graceMs);
    await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, graceMs + 100).unref())]);
    clearTimeout(timer);
    await upstreams.close(inFlight.count() > 0);
    // What was cut off is settled as unknown, which the store must still take.
    await Promise.race([inFlight.drained(), new Promise((resolve) => setTimeout(resolve, 1000).unref())]);
    for (const sweep of sweeps) clearInterval(sweep);
    unwatch();
    trueUps.stop();
    const owed = await outbox.stop();
    if (owed > 0)
      onInternalError(
        new Error(`the ends of ${owed} calls could not be written: what they hold stays held`),
        null,
      );
    await store.close();
  }

  /** A ledger that was never reached is more likely misnamed than down, and its clock is not known yet. */
  async function requireLedger(): Promise<void> {
    try {
      await opened.ping();
    } catch (error) {
      throw new LedgerOpenError(`store: ${(error as Error).message}`);
    }
  }

  return {
    async listen() {
      try {
        await requireLedger();
        const url = toUrl(await listen(main, config.listen));
        const vendors: Record<string, string> = {};
        for (const { vendor, server } of ownPorts)
          vendors[vendor.name] = toUrl(await listen(server, vendor.listen));
        return { url, vendors };
      } catch (error) {
        ended ??= end(0);
        await ended;
        throw error;
      }
    },

    close({ graceMs = config.upstreamTimeoutMs + 5_000 } = {}) {
      ended ??= end(graceMs);
      return ended;
    },
  };
}

function summarize(
  call: Call,
  ending: { status: number; code: string | null; costMicroUsd: number | null },
): CallSummary {
  const { requestId, key, vendor, target } = call;
  return {
    requestId,
    keyId: key?.id ?? null,
    label: key?.label ?? null,
    vendor: vendor.name,
    method: target.method,
    path: target.path,
    durationMs: call.clock() - call.startedAt,
    ...ending,
  };
}

/** The control API does not look at the host, but its framework would answer a missing or a strange one in its own words. */
function withPlainHost(request: IncomingMessage): IncomingMessage {
  if (!/^[\w.-]+(?::\d+)?$/.test(request.headers.host ?? "")) request.headers.host = "localhost";
  return request;
}

/** A path that is not plain may only look as if it named no vendor. */
function answerUnknown(request: IncomingMessage, response: ServerResponse, known: string[]): void {
  let refusal: Refusal = {
    code: "unknown_vendor",
    message: `The path doesn't begin with a configured vendor. Nothing was forwarded. Call /VENDOR/PATH with one of: ${known.join(", ")}.`,
  };
  try {
    if (request.url !== "/") parseTarget(request, request.url ?? "");
  } catch (error) {
    if (error instanceof Refused) refusal = error.refusal;
  }
  refuse(response, refusal);
}

function refuse(response: ServerResponse, refusal: Refusal): void {
  const { status, headers, body } = toErrorAnswer(refusal, createId("req"));
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, { ...headers, "content-length": bytes.length, connection: "close" }).end(bytes);
}

function reportError(error: unknown, requestId: string | null): void {
  console.error(`keybrake: internal error${requestId === null ? "" : ` at ${requestId}`}:`, error);
}

function toUrl({ host, port }: Address): string {
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** A sweep that fails has been reported by then, and is tried again at the next tick. */
async function ignoreFailure(act: () => unknown): Promise<void> {
  try {
    await act();
  } catch {}
}
