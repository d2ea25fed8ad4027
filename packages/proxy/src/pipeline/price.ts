import type { Refusal } from "@keybrake/core/protocol";
import type { Ledger, MaybePromise } from "@keybrake/ledger";
import type { Exchange, JsonValue, Pricer, Quote, SecretCall } from "@keybrake/vendors";
import { FREE, parseForm, UNPRICED, Unreadable } from "@keybrake/vendors";
import { Refused } from "../refusals/refused.ts";
import { fingerprint, holdsToken } from "../secrets.ts";
import { refuseSecret } from "./authorize.ts";
import { type Body, type Call, qualifyObject, refuseForPolicy } from "./call.ts";
import type { LookUp } from "./look-up.ts";
import { readBody, takeBody } from "./read-body.ts";
import { isTransparent } from "./transparent.ts";

/** What pricing needs from the proxy. */
export interface PricingContext {
  exchange: Exchange;
  maxBodyBytes: number;
  lookUp: LookUp;
  /** The same for objects whose amounts never change. */
  lookUpConstant(call: Call, path: string): Promise<JsonValue | undefined>;
  store: Ledger;
}

/** Step 4: the most this call can cost. What can't be read with certainty is refused, never guessed. */
export function price(call: Call, context: PricingContext): MaybePromise<void> {
  const mustCollect = call.route.price !== "free" && mayRepeat(call);
  const body = takeBody(call, context.maxBodyBytes, mustCollect);
  return body instanceof Promise
    ? body.then((taken) => priceWith(taken, call, context))
    : priceWith(body, call, context);
}

function priceWith(body: Body, call: Call, context: PricingContext): MaybePromise<void> {
  call.body = body;
  refuseTokenInBody(call);
  try {
    const price = quote(call, context);
    if (!(price instanceof Promise)) return keepPrice(call, price, context);
    return price.then(
      (later) => keepPrice(call, later, context),
      (error: unknown) => keepPrice(call, toUnpriced(call, error), context),
    );
  } catch (error) {
    return keepPrice(call, toUnpriced(call, error), context);
  }
}

function quote(call: Call, context: PricingContext): ReturnType<Pricer> {
  const { route, target } = call;
  call.body = readBody(call, call.body);
  if (typeof route.price !== "function") return route.price === "free" ? FREE : UNPRICED;
  if (!route.readsQuery && target.query !== "") {
    throw new Unreadable("a call that spends takes no query: put its fields into the body");
  }
  return route.price({
    method: target.method,
    path: target.path,
    segments: target.path.slice(1).split("/"),
    query: route.readsQuery ? parseForm(Buffer.from(target.rawQuery), { called: "the query" }) : new Map(),
    form: call.body.form,
    json: call.body.json,
    header: (name) => readHeader(call, name),
    exchange: context.exchange,
    allowRecurring: call.key?.policy.allowRecurring ?? false,
    getExposure: (objectId) =>
      context.store.getExposure(call.key?.tenant ?? "", qualifyObject(call, objectId)),
    // Without a limit there is nothing to look up for: a failed lookup would only refuse the call.
    lookUp: (path, body) => (isUnlimited(call) ? NOTHING : context.lookUp(call, path, body)),
    lookUpConstant: (path) => (isUnlimited(call) ? NOTHING : context.lookUpConstant(call, path)),
  });
}

const NOTHING = Promise.resolve(undefined);

/** Whether the call's key has no limit that needs a price. */
const isUnlimited = ({ key }: Call): boolean => key !== undefined && isTransparent(key);

function keepPrice(call: Call, price: Quote | SecretCall, { exchange }: PricingContext): void {
  if (price.kind === "secret") refuseSecret(call);
  call.price = readsResponse(price.kind === "secret" ? UNPRICED : price, call, exchange);
  const given = getIdempotencyKey(call);
  const injects = given === undefined && canInject(call) && call.price.kind !== "free";
  call.idempotencyKey = injects ? toIdempotencyKey(call) : given;
  call.injectedIdempotencyKey = injects;
}

/** What had no price might show in the response what it has cost. */
function readsResponse(price: Quote, { vendor }: Call, exchange: Exchange): Quote {
  if (price.kind !== "unpriced" || price.toActual || !vendor.readCost) return price;
  return { ...price, toActual: (answer) => vendor.readCost?.(answer, exchange) };
}

/** What can't be read is refused, or for a shadow key noted. */
function toUnpriced(call: Call, error: unknown): Quote {
  if (!(error instanceof Unreadable)) throw error;
  const { route, target, vendor } = call;
  const refusal: Refusal = {
    code: "unreadable_amount",
    message: `The cost of ${target.method} ${target.path} can't be read with certainty: ${error.message}. Nothing was forwarded to ${vendor.name}.`,
  };
  if (route.mayShowSecrets && !vendor.allowsSecret(target.method, target.path)) throw new Refused(refusal);
  if (!isUnlimited(call)) refuseForPolicy(call, refusal);
  return UNPRICED;
}

/** Whether the call has a name at the vendor, so that it may share the reservation of an earlier attempt. */
export function mayRepeat(call: Call): boolean {
  return getIdempotencyKey(call) !== undefined || canInject(call);
}

/** Whether the key's policy has the proxy name the call for the vendor, who would honour the name. */
function canInject(call: Call): boolean {
  return Boolean(call.key?.policy.injectIdempotency && heedsKeys(call));
}

/** Where the vendor does not heed keys, a second try is a second call. */
function heedsKeys({ vendor: { idempotency }, target }: Call): boolean {
  return Boolean(idempotency && target.method === "POST" && idempotency.heeds?.(target.path) !== false);
}

/** The same for every try of one call by one run, whichever vault key or replica it comes through. */
function toIdempotencyKey({ key, target, account, body }: Call): string | undefined {
  if (!key || !Buffer.isBuffer(body.content)) return undefined;
  const run = [key.tenant, key.label, key.mode, target.method, target.host ?? "", target.url, account];
  return `kb_${fingerprint(...run, body.content)}`;
}

function readHeader({ request }: Call, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === "string" ? value : undefined;
}

/** The caller's idempotency key, where the vendor would honour it. */
function getIdempotencyKey(call: Call): string | undefined {
  const { idempotency } = call.vendor;
  if (!idempotency || !heedsKeys(call)) return undefined;
  return readHeader(call, idempotency.header) || undefined;
}

/** The vault key must not travel to the vendor in the body either. */
function refuseTokenInBody({ body }: Call): void {
  if (!Buffer.isBuffer(body.content) || !body.content.includes("vk_")) return;
  if (!holdsToken(body.content.toString("latin1"))) return;
  throw new Refused({
    code: "malformed_request",
    message:
      "Malformed request: a vault key appears in the body. Send it only where the vendor's API key goes. Nothing was forwarded.",
  });
}
