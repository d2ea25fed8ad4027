import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import { formatUsd, type Refusal, toErrorAnswer } from "@keybrake/core/protocol";
import type { Ledger, MaybePromise, Settlement } from "@keybrake/ledger";
import { toTimestamp } from "@keybrake/ledger";
import { Refused } from "../refusals/refused.ts";
import { toVendorFailure } from "../refusals/vendor-failure.ts";
import type { Route } from "../routing.ts";
import type { Credential } from "../upstream/credential.ts";
import { toRefusalRecord } from "./audit.ts";
import { authenticate } from "./authenticate.ts";
import { authorize } from "./authorize.ts";
import { type Call, createCall } from "./call.ts";
import { type ForwardResult, forward } from "./forward.ts";
import { endAfterBody, mustHearOut } from "./hear-out.ts";
import type { InFlight } from "./in-flight.ts";
import type { Outbox } from "./outbox.ts";
import { parseTarget } from "./parse.ts";
import { type PricingContext, price } from "./price.ts";
import { reserve } from "./reserve.ts";
import { toEnd } from "./settle.ts";
import type { TrueUps } from "./true-up.ts";
import { isTimeout, type Upstreams } from "./upstreams.ts";
import { toCallerHeaders } from "./vendor-headers.ts";

/** What every call shares. */
export interface PipelineContext extends PricingContext {
  store: Ledger;
  outbox: Outbox;
  upstreams: Upstreams;
  inFlight: InFlight;
  /** Ms since the epoch. */
  clock: () => number;
  /** How long after its reservation a call is taken for one whose process died. */
  giveUpAfterMs: number;
  /** Where callers reach this proxy; `undefined` where each request tells. */
  publicUrl: string | undefined;
  trueUps: TrueUps;
  /** Told of each call when it has been settled or refused. */
  onCall(call: Call, ending: { status: number; code: string | null; costMicroUsd: number | null }): void;
  onInternalError(error: unknown, requestId: string): void;
}

/**
 * One call, from the request line to its audit entry.
 */
export async function handleVendorCall(
  context: PipelineContext,
  { vendor, mount, url }: Route & { kind: "vendor" },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const call = createCall(vendor, mount, request, response, context.clock, context.publicUrl);
  let remove = (): void => {};
  try {
    call.target = parseTarget(request, url, vendor.hosts);
    // A step that needs nobody's answer gives its own at once: a promise would cost as much as some of the steps.
    const asked = authenticate(call, context.store);
    const key = asked instanceof Promise ? await asked : asked;
    remove = context.inFlight.add(key.id, call);
    authorize(call, key);
    const credential = fetchCredential(context, call);
    call.credential = credential instanceof Promise ? await credential : credential;
    const priced = price(call, context);
    if (priced instanceof Promise) await priced;
    if (context.outbox.owed() > 0) await context.outbox.settled();
    const reserved = reserve(call, key, context);
    if (reserved instanceof Promise) await reserved;
    const result = await forward(call, context.upstreams);
    if (result.kind === "answered") await handBack(context, call, result);
    else await answerFailure(context, call, result);
  } catch (error) {
    await answerRefusal(context, call, error);
  } finally {
    remove();
  }
}

function fetchCredential({ upstreams }: PipelineContext, call: Call): MaybePromise<Credential> {
  function fail(): never {
    throw new Refused({
      code: "upstream_unreachable",
      message: `Keybrake couldn't get an access token for ${call.vendor.name} from its token endpoint. Nothing was forwarded. It's safe to retry; if it fails again, ask the operator to check the vendor's client_id and client_secret.`,
      retryable: true,
    });
  }
  try {
    const credential = call.source.fetch(upstreams);
    return credential instanceof Promise ? credential.catch(fail) : credential;
  } catch {
    return fail();
  }
}

/** Settles, then lets the answer through: no caller sees a success that the ledger has not. */
async function handBack(
  context: PipelineContext,
  call: Call,
  result: ForwardResult & { kind: "answered" },
): Promise<void> {
  const { response, target } = call;
  const { status, headers } = result.answer;
  if (status === 401) call.credential.discard?.();
  const settled = settleOrReport(context, call, result, { status, code: null });
  const cost = settled instanceof Promise ? await settled : settled;
  // The caller of a revoked key is cut off from what it reads, but learns what became of what it did.
  if (call.stopped && target.method === "GET") response.destroy();
  if (!response.destroyed) {
    const { secrets } = call.credential;
    const { rewrittenLength } = result.relay;
    const handedBack = toCallerHeaders(headers, secrets);
    if (rewrittenLength !== undefined) handedBack["content-length"] = rewrittenLength;
    if (mustHearOut(call.request)) handedBack.connection = "close";
    addKeyHeaders(handedBack, call, cost);
    response.writeHead(status, handedBack);
  }
  await result.relay.to(response);
}

/** A vendor that gave no answer: 502 or 504, and the hold stays unless nothing was sent. */
async function answerFailure(
  context: PipelineContext,
  call: Call,
  result: ForwardResult & { kind: "never_sent" | "lost" },
): Promise<void> {
  const refusal = toVendorFailure(call, { kind: result.kind, timedOut: isTimeout(result.error) });
  const { status } = toErrorAnswer(refusal, call.requestId);
  const cost = await settleOrReport(context, call, result, { status, code: refusal.code });
  sendRefusal(call, refusal, cost);
}

/**
 * Settles a call that has been at the vendor, and gives what it cost or holds. A ledger that fails now changes
 * nothing for the caller: the vendor has acted, the reservation stands, and the end is written as soon as it can be.
 */
function settleOrReport(
  { store, outbox, trueUps, onCall, onInternalError }: PipelineContext,
  call: Call,
  result: ForwardResult,
  ending: { status: number; code: string | null },
): MaybePromise<number> {
  function finish(settled: Settlement): Settlement {
    if (result.kind === "answered") trueUps.follow(call, result.answer, settled);
    onCall(call, { ...ending, costMicroUsd: settled.costMicroUsd });
    return settled;
  }
  function toCost({ remainingMicroUsd, costMicroUsd, reservedMicroUsd }: Settlement): number {
    call.remainingMicroUsd = remainingMicroUsd;
    return costMicroUsd ?? reservedMicroUsd;
  }
  function report(error: unknown): number {
    onInternalError(error, call.requestId);
    return call.reservedMicroUsd;
  }
  try {
    const { outcome, draft } = toEnd(call, result, ending);
    const settled = outbox.write(() => {
      const answer = store.settle(call.requestId, outcome, draft);
      return answer instanceof Promise ? answer.then(finish) : finish(answer);
    });
    return settled instanceof Promise ? settled.then(toCost).catch(report) : toCost(settled);
  } catch (error) {
    return report(error);
  }
}

async function answerRefusal(context: PipelineContext, call: Call, error: unknown): Promise<void> {
  const refusal = toRefusal(context, call, error);
  const { status } = toErrorAnswer(refusal, call.requestId);
  const record = toRefusalRecord(call, status, refusal.code);
  const append = (): MaybePromise<void> => context.store.appendAudit(record);
  try {
    // What is refused because the books can't be written is not owed to them: agents may try it without end.
    if (refusal.code === "store_unavailable") await append();
    else await context.outbox.write(append);
  } catch (auditError) {
    context.onInternalError(auditError, call.requestId);
  }
  context.onCall(call, { status, code: refusal.code, costMicroUsd: 0 });
  sendRefusal(call, refusal, 0);
}

function toRefusal(context: PipelineContext, call: Call, error: unknown): Refusal {
  if (error instanceof Refused) return error.refusal;
  context.onInternalError(error, call.requestId);
  return {
    code: "internal_error",
    message:
      "The proxy failed while it handled the call. What the call had reserved stays held. Look for the request id in the proxy's log before you retry.",
  };
}

function sendRefusal(call: Call, refusal: Refusal, costMicroUsd: number): void {
  const { response } = call;
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const { status, headers, body } = toErrorAnswer(refusal, call.requestId);
  const text = JSON.stringify(body);
  const hearOut = mustHearOut(call.request);
  const head: OutgoingHttpHeaders = { ...headers, "content-length": Buffer.byteLength(text) };
  if (hearOut) head.connection = "close";
  if (call.accepted) addKeyHeaders(head, call, costMicroUsd);
  // Some clients show nothing of a refusal but this phrase.
  response.writeHead(status, `Keybrake: ${refusal.code}`, head);
  if (hearOut) {
    response.write(text);
    endAfterBody(call.request, response);
  } else response.end(text);
  // What is left of the body is read and dropped, or the next request of the connection would wait behind it.
  call.request.resume();
}

function addKeyHeaders(headers: OutgoingHttpHeaders, call: Call, costMicroUsd: number): void {
  const { remainingMicroUsd, key } = call;
  headers["keybrake-request-id"] = call.requestId;
  headers["keybrake-cost-usd"] = formatUsd(costMicroUsd);
  if (remainingMicroUsd != null) headers["keybrake-remaining-usd"] = formatUsd(remainingMicroUsd);
  if (key) headers["keybrake-key-expires-at"] = toExpiry(key.expiresAt);
}

// A key makes many calls, and to write a date costs more than to look up the last one.
let latest = { at: Number.NaN, text: "" };

function toExpiry(at: number): string {
  if (latest.at !== at) latest = { at, text: toTimestamp(at) };
  return latest.text;
}
