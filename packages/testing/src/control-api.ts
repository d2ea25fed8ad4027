import {
  budgetUpdateSchema,
  type ErrorCode,
  extendSchema,
  freezeRequestSchema,
  keyChangesSchema,
  keyQuerySchema,
  MAX_PAGE,
  policySchema,
  revokeManySchema,
  validateSchema,
} from "@keybrake/core/protocol";
import { type HttpHandler, HttpResponse, http } from "msw";
import type { Mock } from "./mock.ts";
import { toWire } from "./mock-keys.ts";
import { asMicroUsd, assertRoom, remainingUsd } from "./mock-ledger.ts";
import { MockRefusal, toResponse } from "./mock-refusal.ts";

interface Call {
  mock: Mock;
  request: Request;
  params: Record<string, string | readonly string[] | undefined>;
}

/** The control API of the contract, over whatever mock is current. */
export function controlHandlers(apiUrl: string, token: string, current: () => Mock): HttpHandler[] {
  type Route = (call: Call) => Promise<Response>;
  const route = (
    method: "get" | "post" | "put" | "patch" | "delete",
    path: string,
    answer: Route,
  ): HttpHandler =>
    http[method](`${apiUrl}${path}`, async ({ request, params }) => {
      const mock = current();
      if (mock.down) return HttpResponse.error();
      try {
        if (mock.forced?.at === "control") throw new MockRefusal(mock.forced.refusal);
        if (request.headers.get("authorization") !== `Bearer ${token}`) {
          throw new MockRefusal({ code: "invalid_token", message: "The Keybrake token is not known." });
        }
        return await answer({ mock, request, params });
      } catch (error) {
        if (error instanceof MockRefusal) return toResponse(error.refusal);
        throw error;
      }
    });

  return [
    route("post", "/v1/keys", issue),
    route("get", "/v1/keys", async ({ mock, request }) => {
      const { limit, startingAfter, query } = readPage(request);
      const filter = parse(keyQuerySchema, query, "malformed_request");
      return json(toPage(mock.keys.select(filter).map(toWire), "id", limit, startingAfter));
    }),
    route("post", "/v1/keys/revoke", async ({ mock, request }) => {
      const filter = parse(revokeManySchema, await readJson(request), "malformed_request");
      const active = mock.keys.select({ ...filter, status: "active" });
      for (const key of active) mock.keys.revoke(key);
      return json({ revoked: active.length });
    }),
    route("get", "/v1/keys/:id", async ({ mock, params }) =>
      json(mock.keys.show(mock.keys.find(String(params.id)))),
    ),
    route("delete", "/v1/keys/:id", async ({ mock, params }) =>
      json(mock.keys.revoke(mock.keys.find(String(params.id)))),
    ),
    route("patch", "/v1/keys/:id", async ({ mock, request, params }) =>
      json(
        mock.keys.update(
          String(params.id),
          parse(keyChangesSchema, await readJson(request), "invalid_policy"),
        ),
      ),
    ),
    route("post", "/v1/keys/:id/extend", async ({ mock, request, params }) => {
      const { expires_in } = parse(extendSchema, await readJson(request), "invalid_policy");
      return json(mock.keys.extend(String(params.id), expires_in));
    }),
    route("get", "/v1/freezes", async ({ mock }) => json({ data: mock.freezes.list(), has_more: false })),
    route("post", "/v1/freezes", async ({ mock, request }) =>
      json(mock.freezes.set(parse(freezeRequestSchema, await readJson(request), "invalid_policy")), 201),
    ),
    route("delete", "/v1/freezes/:id", async ({ mock, params }) =>
      json(mock.freezes.lift(String(params.id))),
    ),
    route("post", "/v1/validate", async ({ mock, request }) => {
      const { budgets = [], usd = 0 } = parse(validateSchema, await readJson(request), "malformed_request");
      let remaining_usd: number | null = 0;
      try {
        mock.budgets.assertNotFrozen(budgets);
        const limits = mock.budgets.limits(budgets);
        remaining_usd = remainingUsd(limits);
        assertRoom(limits, asMicroUsd(usd));
        return json({ allowed: true, remaining_usd });
      } catch (error) {
        if (!(error instanceof MockRefusal)) throw error;
        return json({ allowed: false, code: error.refusal.code, remaining_usd });
      }
    }),
    route("get", "/v1/budgets", async ({ mock, request }) => {
      const { limit, startingAfter } = readPage(request);
      return json(toPage(mock.budgets.list(), "name", limit, startingAfter));
    }),
    route("get", "/v1/budgets/:name", async ({ mock, params }) => {
      const budget = mock.budgets.show(String(params.name));
      if (!budget)
        throw new MockRefusal({ code: "not_found", message: `There is no budget ${params.name}.` });
      return json(budget);
    }),
    route("put", "/v1/budgets/:name", async ({ mock, request, params }) => {
      const update = parse(budgetUpdateSchema, await readJson(request), "invalid_policy");
      return json(mock.budgets.update(String(params.name), update));
    }),
  ];
}

async function issue({ mock, request }: Call): Promise<Response> {
  const text = await request.clone().text();
  const policy = parse(policySchema, await readJson(request), "invalid_policy");
  const idempotencyKey = request.headers.get("idempotency-key");
  const earlier = idempotencyKey === null ? undefined : mock.replies.get(idempotencyKey);
  if (earlier && earlier.text !== text) {
    throw new MockRefusal({
      code: "idempotency_conflict",
      message: "This Idempotency-Key came with another policy before.",
    });
  }
  const key = earlier?.key ?? mock.keys.issue(policy);
  if (idempotencyKey !== null) mock.replies.set(idempotencyKey, { text, key });
  if (!earlier) mock.issued.push(key);
  return json(key, 201);
}

interface Schema<Output> {
  safeParse(
    value: unknown,
  ): { success: true; data: Output } | { success: false; error: { issues: readonly SchemaIssue[] } };
}

interface SchemaIssue {
  path: PropertyKey[];
  message: string;
  keys?: string[];
}

function parse<Output>(schema: Schema<Output>, value: unknown, code: ErrorCode): Output {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.flatMap(({ path, message, keys }) =>
    keys
      ? keys.map((key) => ({ path: [...path, key].join("."), message: "unknown field" }))
      : [{ path: path.join("."), message }],
  );
  const names = issues.map(({ path }) => path).join(", ");
  throw new MockRefusal({ code, message: `Not valid: ${names}.`, issues });
}

async function readJson(request: Request): Promise<unknown> {
  try {
    return await request.json();
  } catch {
    throw new MockRefusal({ code: "malformed_request", message: "The body is not JSON." });
  }
}

function readPage(request: Request): { limit: number; startingAfter: string | undefined; query: object } {
  const { limit, starting_after, ...query } = Object.fromEntries(new URL(request.url).searchParams);
  return { limit: Math.min(Number(limit ?? 20), MAX_PAGE), startingAfter: starting_after, query };
}

function toPage<Name extends string, Item extends Record<Name, string>>(
  items: Item[],
  id: Name,
  limit: number,
  startingAfter: string | undefined,
): { data: Item[]; has_more: boolean } {
  const rest = items.slice(startingAfter ? items.findIndex((item) => item[id] === startingAfter) + 1 : 0);
  return { data: rest.slice(0, limit), has_more: rest.length > limit };
}

function json(body: object, status = 200): Response {
  return Response.json(body, { status, headers: { "cache-control": "no-store" } });
}
