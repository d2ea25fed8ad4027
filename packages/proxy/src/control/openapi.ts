import { auditEntrySchema, auditQuerySchema, errorEnvelopeSchema } from "@keybrake/core/protocol";
import * as z from "zod/mini";
import type { Operation } from "./operation.ts";

const ERROR_REFERENCE = { $ref: "#/components/responses/Refusal" };

/** The OpenAPI 3.1 document of the control API, from the same operations that serve it. */
export function toOpenApi(operations: readonly Operation[]): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const operation of operations) {
    const path = operation.path.replace(/:(\w+)/g, "{$1}");
    paths[path] = { ...paths[path], [operation.method.toLowerCase()]: describe(operation) };
  }
  Object.assign(paths, describeOthers());
  return {
    openapi: "3.1.0",
    info: {
      title: "Keybrake control API",
      version: "1",
      description: "Issues, reads and revokes vault keys: short-lived, capped credentials for AI agents.",
    },
    security: [{ keybrakeToken: [] }],
    paths,
    components: {
      securitySchemes: { keybrakeToken: { type: "http", scheme: "bearer" } },
      responses: {
        Refusal: { description: "A refusal, in the one envelope", ...toContent(errorEnvelopeSchema) },
      },
    },
  };
}

/** What is served without being an operation: a stream, and what needs no token. */
function describeOthers(): Record<string, Record<string, object>> {
  const open = (summary: string, type: string, schema: object): { get: object } => ({
    get: {
      summary,
      security: [],
      responses: { 200: { description: summary, content: { [type]: { schema } } }, default: ERROR_REFERENCE },
    },
  });
  const ok = toSchema(z.object({ status: z.literal("ok") }), "output");
  const summary = "The audit entries as they happen, as server-sent events; resumable with Last-Event-ID.";
  const stream = { "text/event-stream": { schema: toSchema(auditEntrySchema, "output") } };
  return {
    "/v1/audit/stream": {
      get: {
        summary,
        parameters: [...toParameters(auditQuerySchema), toHeader("Last-Event-ID")],
        responses: { 200: { description: summary, content: stream }, default: ERROR_REFERENCE },
      },
    },
    "/v1/openapi.json": open("This document.", "application/json", { type: "object" }),
    "/healthz": open("Whether the process is alive.", "application/json", ok),
    "/readyz": open("Whether the ledger can be reached.", "application/json", ok),
    "/metrics": open("Counters for Prometheus.", "text/plain", { type: "string" }),
  };
}

function describe({ path, summary, body, query, header, status = 200, answer }: Operation): object {
  const names = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name);
  return {
    summary,
    parameters: [
      ...names.map((name) => ({ name, in: "path", required: true, schema: { type: "string" } })),
      ...(query ? toParameters(query) : []),
      ...(header ? [toHeader(header)] : []),
    ],
    ...(body ? { requestBody: { required: true, ...toContent(body, "input") } } : {}),
    responses: { [status]: { description: summary, ...toContent(answer) }, default: ERROR_REFERENCE },
  };
}

function toParameters(query: z.core.$ZodType): object[] {
  const { properties = {} } = toSchema(query, "input");
  return Object.entries(properties).map(([name, schema]) => ({ name, in: "query", required: false, schema }));
}

function toHeader(name: string): object {
  return { name, in: "header", required: false, schema: { type: "string" } };
}

function toContent(schema: z.core.$ZodType, io: "input" | "output" = "output"): object {
  return { content: { "application/json": { schema: toSchema(schema, io) } } };
}

function toSchema(schema: z.core.$ZodType, io: "input" | "output"): z.core.JSONSchema.BaseSchema {
  const { $schema: _dialect, ...described } = z.toJSONSchema(schema, { io });
  return described;
}
