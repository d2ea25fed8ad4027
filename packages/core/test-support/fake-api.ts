import type { WireIssuedKey, WireKeySpend } from "../src/protocol.ts";
import { type Refusal, toErrorAnswer, toSeconds } from "../src/protocol.ts";

/** One request that the client under test made. */
export interface Asked {
  method: string;
  url: URL;
  headers: Headers;
  body: string;
  init: RequestInit;
}

type Answer = (asked: Asked) => Response | Promise<Response>;

/** A `fetch` that stands in for the control API and the proxy. */
export interface FakeApi {
  fetch: typeof globalThis.fetch;
  asked: Asked[];
  /** Requests to the control API that match, such as `"DELETE /v1/keys/key_1"`. */
  askedFor(pattern: RegExp): Asked[];
  /** What the next requests are answered with, in order, instead of the usual. */
  next(...answers: Answer[]): void;
}

/** What a key's secret looks like in these tests; `key_1` has this one. */
export const SECRET = "vk_live_5ecret5ecret5ecret5ecret5ecret01";

const NO_SPEND: WireKeySpend = {
  daily_usd: 0,
  total_usd: 0,
  held_usd: 0,
  unknown_usd: 0,
  calls: 0,
  remaining_usd: null,
  resets_at: "2026-01-16T00:00:00Z",
};

export function createFakeApi(): FakeApi {
  const asked: Asked[] = [];
  const scripted: Answer[] = [];
  let issued = 0;

  const usual: Answer = ({ method, url, body }) => {
    const [, id, verb] = /^\/v1\/keys(?:\/(\w+))?(?:\/(\w+))?$/.exec(url.pathname) ?? [];
    if (method === "POST" && url.pathname === "/v1/keys") {
      issued += 1;
      return Response.json(issuedKey({ ...JSON.parse(body), id: `key_${issued}` }), { status: 201 });
    }
    if (id && method === "DELETE") {
      return Response.json({
        ...issuedKey({ id }),
        status: "revoked",
        in_flight: { calls: 1, held_usd: 2.5 },
      });
    }
    if (id && method === "GET") return Response.json({ ...issuedKey({ id }), spend: NO_SPEND });
    if (id && verb === "extend") return Response.json(issuedKey({ ...JSON.parse(body), id }));
    return Response.json({ vendor: true });
  };

  return {
    asked,
    askedFor: (pattern) => asked.filter(({ method, url }) => pattern.test(`${method} ${url.pathname}`)),
    next: (...answers) => scripted.push(...answers),
    async fetch(input, init = {}) {
      init.signal?.throwIfAborted();
      const request = new Request(input, { ...init, redirect: init.redirect ?? "follow" });
      const one: Asked = {
        method: request.method,
        url: new URL(request.url),
        headers: request.headers,
        body: await request.clone().text(),
        init,
      };
      asked.push(one);
      return (scripted.shift() ?? usual)(one);
    },
  };
}

/** A key as `POST /v1/keys` shows it. */
export function issuedKey({
  expires_in = "5m",
  ...fields
}: Partial<WireIssuedKey> & { expires_in?: string }): WireIssuedKey {
  const now = Date.now();
  return {
    id: "key_1",
    token: SECRET,
    label: "agent/7",
    vendor: "stripe",
    status: "active",
    mode: "live",
    budgets: [],
    shadow: false,
    accounts: [],
    allow_recurring: false,
    metadata: {},
    created_at: new Date(now).toISOString(),
    expires_at: new Date(now + (toSeconds(expires_in) ?? 0) * 1000).toISOString(),
    revoked_at: null,
    ...fields,
  };
}

/** An answer that refuses, in the contract's envelope. */
export function refusal(code: Refusal["code"], extra: Partial<Refusal> = {}): Response {
  const { status, headers, body } = toErrorAnswer({ code, message: `refused: ${code}`, ...extra }, "req_1");
  return Response.json(body, { status, headers });
}

/** A connection that never answers, until the request is aborted. */
export function neverAnswers({ init }: Asked): Promise<Response> {
  return new Promise((_resolve, reject) => {
    init.signal?.addEventListener("abort", () => reject(init.signal?.reason));
  });
}

/** A connection that breaks. */
export function breaks(): never {
  throw new TypeError("fetch failed");
}
