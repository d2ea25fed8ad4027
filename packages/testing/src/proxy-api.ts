import { formatUsd, toBudgetName, toUsd } from "@keybrake/core/protocol";
import { type HttpHandler, HttpResponse, http } from "msw";
import { findBound, matchesEndpoint } from "./endpoint-match.ts";
import type { Mock, VendorCall, VendorHandler } from "./mock.ts";
import { assertAlive, type MockKey } from "./mock-keys.ts";
import { asMicroUsd, assertRoom, remainingUsd, spend, type Tally } from "./mock-ledger.ts";
import { MockRefusal, toResponse } from "./mock-refusal.ts";

/** The proxy of the contract: `{proxyUrl}/{vendor}/{vendor path}`. */
export function proxyHandler(proxyUrl: string, current: () => Mock): HttpHandler {
  return http.all(`${proxyUrl}/:vendor/*`, async ({ request, params }) => {
    const mock = current();
    if (mock.down) return HttpResponse.error();
    const vendor = String(params.vendor);
    const call: VendorCall = {
      vendor,
      method: request.method,
      path: request.url.slice(`${proxyUrl}/${vendor}`.length),
      body: await request.clone().text(),
      keyId: undefined,
      decision: "allowed",
      code: undefined,
      costUsd: 0,
    };
    mock.calls.push(call);
    try {
      return await forward(mock, call, request);
    } catch (error) {
      if (!(error instanceof MockRefusal)) throw error;
      call.decision = "refused";
      call.code = error.refusal.code;
      return toResponse(error.refusal);
    }
  });
}

async function forward(mock: Mock, call: VendorCall, request: Request): Promise<Response> {
  const key = authenticate(mock, call, request);
  if (mock.forced?.at === "proxy") throw new MockRefusal(mock.forced.refusal);
  const vendorHandler = mock.vendors.get(call.vendor);
  if (!vendorHandler) {
    throw new MockRefusal({
      code: "unknown_vendor",
      message: `Nothing answers for ${call.vendor}: set server.vendor("${call.vendor}", (request) => …).`,
    });
  }
  const vendorRequest = await toVendorRequest(call, request);
  const cost = mock.costs.get(call.vendor) ?? 0;
  const microUsd = asMicroUsd(typeof cost === "function" ? await cost(vendorRequest.clone()) : cost);
  reserve(mock, key, microUsd, findBound(key.policy, call.method, toPath(call)));
  call.costUsd = toUsd(microUsd);

  key.inFlight += 1;
  const response = await askVendor(vendorHandler, vendorRequest, call.vendor).finally(() => {
    key.inFlight -= 1;
  });
  // A 4xx is a definite no: nothing was spent. After a 5xx nobody can tell, so the amount stands.
  if (response.status >= 400 && response.status < 500) {
    for (const tally of talliesOf(mock, key)) spend(tally, -microUsd);
    call.costUsd = 0;
  }
  return answer(mock, key, response, call.costUsd);
}

function authenticate(mock: Mock, call: VendorCall, request: Request): MockKey {
  const token = readToken(request.headers);
  const key = mock.keys.all().find((candidate) => candidate.token === token);
  if (!key) throw new MockRefusal({ code: "invalid_key", message: "The vault key is not known." });
  call.keyId = key.id;
  assertAlive(key);
  if (key.policy.vendor !== call.vendor) {
    throw new MockRefusal({
      code: "vendor_mismatch",
      message: `The vault key is for ${key.policy.vendor}, not for ${call.vendor}.`,
    });
  }
  mock.freezes.assertNotFrozen(key);
  const path = toPath(call);
  if (!matchesEndpoint(key.policy.allowed_endpoints, call.method, path)) {
    throw new MockRefusal({
      code: "endpoint_not_allowed",
      message: `The vault key does not allow ${call.method} ${path}.`,
    });
  }
  return key;
}

function toPath({ path }: VendorCall): string {
  return new URL(path, "https://vendor.test").pathname;
}

/** One synchronous step, so that concurrent calls can't both take the last of a cap. */
function reserve(mock: Mock, key: MockKey, microUsd: number, maxUsdPerCall: number | undefined): void {
  const { policy } = key;
  if (policy.max_calls !== undefined && key.calls >= policy.max_calls) {
    throw new MockRefusal({ code: "call_limit_reached", message: "The vault key has made all its calls." });
  }
  mock.budgets.assertNotFrozen(policy.budgets ?? []);
  const limits = mock.keys.limits(key);
  if (maxUsdPerCall !== undefined) {
    limits.push({ name: "key:per_call", capMicroUsd: asMicroUsd(maxUsdPerCall), spentMicroUsd: 0 });
  }
  assertRoom(limits, microUsd);
  key.calls += 1;
  for (const tally of talliesOf(mock, key)) spend(tally, microUsd);
}

function talliesOf(mock: Mock, { policy, tally }: MockKey): Tally[] {
  return [tally, ...(policy.budgets ?? []).map((name) => mock.budgets.find(toBudgetName(name)).tally)];
}

async function askVendor(handler: VendorHandler, request: Request, vendor: string): Promise<Response> {
  try {
    const response = await handler(request);
    if (response.type !== "error") return response;
  } catch (error) {
    throw new MockRefusal({
      code: "upstream_unreachable",
      message: `The handler of ${vendor} threw: ${error}`,
    });
  }
  throw new MockRefusal({ code: "upstream_unreachable", message: `${vendor} could not be reached.` });
}

function answer(mock: Mock, key: MockKey, response: Response, costUsd: number): Response {
  const headers = new Headers(response.headers);
  headers.delete("x-keybrake-code");
  headers.set("keybrake-request-id", `req_${crypto.randomUUID()}`);
  headers.set("keybrake-cost-usd", formatUsd(asMicroUsd(costUsd)));
  const remaining = remainingUsd(mock.keys.limits(key));
  if (remaining !== null) headers.set("keybrake-remaining-usd", formatUsd(asMicroUsd(remaining)));
  headers.set("keybrake-key-expires-at", new Date(key.expiresAtMs).toISOString());
  const { status, statusText } = response;
  return new HttpResponse(response.body, { status, statusText, headers });
}

/** The vendor's own request: its path at a host of no consequence, and none of the caller's credentials. */
async function toVendorRequest(call: VendorCall, request: Request): Promise<Request> {
  const headers = new Headers(request.headers);
  for (const name of CREDENTIAL_HEADERS) headers.delete(name);
  const withBody = request.method !== "GET" && request.method !== "HEAD";
  return new Request(`https://${call.vendor}.test${call.path}`, {
    method: request.method,
    headers,
    ...(withBody ? { body: await request.clone().arrayBuffer() } : {}),
  });
}

const CREDENTIAL_HEADERS = ["authorization", "x-shopify-access-token", "cookie"];

/** As a bearer token, as the password of Basic (Twilio), or in the vendor's own header (Shopify). */
function readToken(headers: Headers): string | null {
  const [scheme, value = ""] = headers.get("authorization")?.split(" ") ?? [];
  if (scheme === "Bearer") return value;
  if (scheme === "Basic") return atob(value).replace(/^[^:]*:/, "");
  return headers.get("x-shopify-access-token");
}
