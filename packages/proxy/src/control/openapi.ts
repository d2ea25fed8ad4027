import { errorEnvelopeSchema } from "@keybrake/core/protocol";
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

function describe({ path, summary, body, query, status = 200, answer }: Operation): object {
  const names = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name);
  return {
    summary,
    parameters: [
      ...names.map((name) => ({ name, in: "path", required: true, schema: { type: "string" } })),
      ...(query ? toParameters(query) : []),
    ],
    ...(body ? { requestBody: { required: true, ...toContent(body, "input") } } : {}),
    responses: { [status]: { description: summary, ...toContent(answer) }, default: ERROR_REFERENCE },
  };
}

function toParameters(query: z.core.$ZodType): object[] {
  const { properties = {} } = toSchema(query, "input");
  return Object.entries(properties).map(([name, schema]) => ({ name, in: "query", required: false, schema }));
}

function toContent(schema: z.core.$ZodType, io: "input" | "output" = "output"): object {
  return { content: { "application/json": { schema: toSchema(schema, io) } } };
}

function toSchema(schema: z.core.$ZodType, io: "input" | "output"): z.core.JSONSchema.BaseSchema {
  const { $schema: _dialect, ...described } = z.toJSONSchema(schema, { io });
  return described;
}
