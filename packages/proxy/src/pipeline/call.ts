import type { IncomingMessage, ServerResponse } from "node:http";
import type { Refusal } from "@keybrake/core/protocol";
import type { KeyRecord } from "@keybrake/ledger";
import {
  type Cost,
  type FormFields,
  FREE,
  type JsonValue,
  type Quote,
  type RouteDefinition,
} from "@keybrake/vendors";
import type { ConfiguredCredential } from "../config/configure-credentials.ts";
import type { ConfiguredVendor } from "../config/configure-vendor.ts";
import { Refused } from "../refusals/refused.ts";
import { createId } from "../secrets.ts";
import type { Credential } from "../upstream/credential.ts";

/** The request line of a call, once it has passed the strict check. */
export interface Target {
  method: string;
  /** As it is forwarded: with its query, without what names the vendor or its host. */
  url: string;
  /** The host of the vendor that the path named, if it has several. */
  host: string | undefined;
  /** Without the query, decoded; what patterns are matched against. */
  path: string;
  /** As it was sent, and decoded for reading only; empty where there is none. */
  rawQuery: string;
  query: string;
}

/** A body as it was read, and as it is forwarded. */
export interface Body {
  /** A Buffer where it was collected, the request itself where it streams, nothing where there is none. */
  content: Buffer | IncomingMessage | null;
  form: FormFields;
  json: JsonValue | undefined;
  contentType: string | undefined;
}

/** One call on its way through the pipeline. Each step fills in what it finds out. */
export interface Call {
  readonly requestId: string;
  /** The id that its audit entry will have. */
  readonly auditId: string;
  /** Ms since the epoch. */
  readonly clock: () => number;
  readonly startedAt: number;
  readonly vendor: ConfiguredVendor;
  /** What of the path named the vendor; empty on a host or a port of its own. */
  readonly mount: string;
  /** Where callers reach this proxy; `undefined` where each request tells. */
  readonly publicUrl: string | undefined;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  target: Target;
  /** The key that was presented, whatever state it is in. */
  key?: KeyRecord;
  /** Whether that key may be used here and now. */
  accepted: boolean;
  /** Where the credential comes from, and whose it is. */
  source: ConfiguredCredential;
  /** The real credential of this call. */
  credential: Credential;
  route: RouteDefinition;
  /** The vendor's account that the call acts on; empty for the credential's own. */
  account: string;
  /** What the call may reserve by the bounds for its endpoint, of the key and of each above it, in micro-USD. */
  endpointBounds: (number | null)[] | undefined;
  body: Body;
  price: Quote;
  /** What names the call for the vendor: the caller's idempotency key, or one of ours. */
  idempotencyKey: string | undefined;
  /** Whether that key is one of ours. */
  injectedIdempotencyKey: boolean;
  reservedMicroUsd: number;
  /** The room under the tightest limit, null where nothing caps the key; undefined until it is known. */
  remainingMicroUsd: number | null | undefined;
  /** The path of an object that the vendor doesn't have, but that tells what the call can cost. */
  missing: string | undefined;
  /** For a shadow key: the first code that would have refused the call. */
  wouldRefuse: string | null;
  /** Set once the key is revoked: nothing of the call may be sent any more. */
  stopped: boolean;
  /** Set once a byte may have gone to the vendor. */
  sent: boolean;
}

const NO_ROUTE: RouteDefinition = { match: [], price: "unpriced" };
const NO_CREDENTIAL: Credential = { headers: {}, secrets: [] };
const NO_SOURCE: ConfiguredCredential = { fetch: () => NO_CREDENTIAL, account: "", isShared: false };
const NO_BODY: Body = { content: null, form: new Map(), json: undefined, contentType: undefined };

export function createCall(
  vendor: ConfiguredVendor,
  mount: string,
  request: IncomingMessage,
  response: ServerResponse,
  clock: () => number,
  publicUrl: string | undefined,
): Call {
  return {
    requestId: createId("req"),
    auditId: createId("aud"),
    clock,
    startedAt: clock(),
    vendor,
    mount,
    publicUrl,
    request,
    response,
    // What the audit shows of a call whose request line did not pass the check.
    target: { method: request.method ?? "", url: "", host: undefined, path: "", rawQuery: "", query: "" },
    accepted: false,
    route: NO_ROUTE,
    account: "",
    source: NO_SOURCE,
    credential: NO_CREDENTIAL,
    endpointBounds: undefined,
    body: NO_BODY,
    price: FREE,
    idempotencyKey: undefined,
    injectedIdempotencyKey: false,
    reservedMicroUsd: 0,
    remainingMicroUsd: undefined,
    missing: undefined,
    wouldRefuse: null,
    stopped: false,
    sent: false,
  };
}

/** An object's id as the ledger keeps it: vendors, modes, credential entries and accounts are worlds of their own. */
export function qualifyObject({ vendor, key, account }: Call, objectId: string): string {
  const mode = key?.mode ?? "live";
  return [vendor.name, key?.policy.tenantCredential ? `${mode}@tenant` : mode, account, objectId].join(":");
}

/** Where an operator's bound stands for the cost, whatever ids the path holds. */
export function toBoundId({ vendor, key, target }: Call): string {
  const shape = target.path
    .split("/")
    .map((segment) => (/\d/.test(segment) && segment.length > 3 ? "*" : segment));
  return [vendor.name, key?.mode ?? "live", "bound", `${target.method} ${shape.join("/")}`].join(":");
}

/** The object that a cost belongs to, and the objects that it is made of, as the ledger keeps them. */
export function qualifyCounted(
  call: Call,
  { objectId, partIds }: Pick<Cost, "objectId" | "partIds">,
): Pick<Cost, "objectId" | "partIds"> {
  if (objectId === undefined) return {};
  const object = { objectId: qualifyObject(call, objectId) };
  return partIds ? { ...object, partIds: partIds.map((id) => qualifyObject(call, id)) } : object;
}

/** Refuses for policy: a shadow key's call goes on, and its audit entry tells. */
export function refuseForPolicy(call: Call, refusal: Refusal): void {
  if (!call.key?.policy.shadow) throw new Refused(refusal);
  call.wouldRefuse ??= refusal.code;
}
