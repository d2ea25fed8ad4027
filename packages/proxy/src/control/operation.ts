import type { PolicyIssue } from "@keybrake/core/protocol";
import { parseJson, RepeatedName, Unreadable } from "@keybrake/vendors";
import type { Context, Hono } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import * as z from "zod/mini";
import { collect } from "../collect-body.ts";
import { describeIssue } from "../describe-issue.ts";
import { Refused } from "../refusals/refused.ts";
import { type ControlEnv, invalidToken } from "./context.ts";
import { defaultRole, type Role, requireRole } from "./roles.ts";

const MAX_BODY_BYTES = 65_536;

/** One call of the control API: what it takes, what it answers, and how. The router and OpenAPI both read it. */
export interface Operation<Body = unknown, Query = unknown> {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** With `:name` for parameters. */
  path: string;
  summary: string;
  body?: z.core.$ZodType<Body>;
  query?: z.core.$ZodType<Query>;
  /** A header it honours, for the document. */
  header?: string;
  status?: ContentfulStatusCode;
  /** Which role a Keybrake token needs, perhaps by what it asks for. Default: `read` for GET, else `admin`. */
  role?: Role | ((body: Body) => Role);
  /** Whether a vault key may ask for this too: about itself, and what was carved from it. */
  byHolder?: true;
  answer: z.core.$ZodType;
  handle(c: Context<ControlEnv>, input: { body: Body; query: Query }): Promise<object>;
}

/** Keeps the types of an operation while it stands in a list of any. */
export function operation<Body = undefined, Query = undefined>(
  definition: Operation<Body, Query>,
): Operation {
  return definition as Operation;
}

/** Serves operations on an app. */
export function serveOperations(app: Hono<ControlEnv>, operations: readonly Operation[]): void {
  for (const { method, path, body, query, status, role, byHolder, handle } of operations) {
    app.on(method, path, async (c) => {
      if (c.get("holder") && !byHolder) throw invalidToken();
      const input = {
        body: body && check(body, await readJson(c)),
        query: query && check(query, c.req.query()),
      };
      const needed = typeof role === "function" ? role(input.body) : (role ?? defaultRole(method));
      if (!c.get("holder")) requireRole(c.get("role"), needed);
      return c.json(await handle(c, input), status ?? 200);
    });
  }
}

async function readJson(c: Context<ControlEnv>): Promise<unknown> {
  const body = await collect(c.env.incoming, MAX_BODY_BYTES);
  if (body.length === 0) return {};
  try {
    // The platform's parser would keep the last of two fields with one name, and another reader the first.
    parseJson(body);
  } catch (error) {
    if (error instanceof RepeatedName) throw toInvalid([{ path: error.repeated, message: "is given twice" }]);
    const why = error instanceof Unreadable ? error.message : "it can't be read";
    throw new Refused({
      code: "malformed_request",
      message: `Malformed request: ${why}. Nothing was changed.`,
    });
  }
  return JSON.parse(body.toString());
}

/** A value of the schema. @throws {Refused} that names every field which is wrong */
export function check<Value>(schema: z.core.$ZodType<Value>, value: unknown): Value {
  const parsed = z.safeParse(schema, value, { error: describeIssue });
  if (parsed.success) return parsed.data;
  throw toInvalid(parsed.error.issues.flatMap((issue) => toPolicyIssues(issue)));
}

/** What is wrong, by the name of each field. Of several forms that a value may have, what is wrong with the one it has. */
function toPolicyIssues(issue: z.core.$ZodIssue, above: readonly PropertyKey[] = []): PolicyIssue[] {
  const path = [...above, ...issue.path];
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({ path: [...path, key].join("."), message: "unknown field" }));
  }
  if (issue.code === "invalid_union") {
    const ofItsForm = issue.errors.find((issues) => !issues.some(isAnotherForm));
    if (ofItsForm) return ofItsForm.flatMap((inner) => toPolicyIssues(inner, path));
  }
  return [{ path: path.join("."), message: issue.message }];
}

/** Whether the value is of another type altogether than the form that was tried. */
function isAnotherForm(issue: z.core.$ZodIssue): boolean {
  return issue.code === "invalid_type" && issue.path.length === 0;
}

/** A refusal that names every field that is wrong. */
export function toInvalid(issues: PolicyIssue[]): Refused {
  const first = issues[0];
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : "";
  const message = `${first?.path || "the body"}: ${first?.message}${more}. Nothing was changed.`;
  return new Refused({ code: "invalid_policy", message, issues });
}
