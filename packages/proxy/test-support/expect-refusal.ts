import { ERROR_STATUS, errorEnvelopeSchema } from "@keybrake/core/protocol";
import { expect } from "vitest";
import type { Answer } from "./sender.ts";

/** An error in the one envelope, every field and header of it. */
export function expectRefusal(answer: Answer, code: keyof typeof ERROR_STATUS): void {
  expect(answer.headers["x-keybrake-code"]).toBe(code);
  expect(answer.status).toBe(ERROR_STATUS[code]);
  const body = errorEnvelopeSchema.parse(answer.json);
  const doc = expect.stringMatching(new RegExp(`^https://.*#${code}$`));
  expect(body).toMatchObject({
    code,
    name: code,
    status: answer.status,
    statusCode: answer.status,
    more_info: doc,
    error: { type: "keybrake_error", code, message: body.message, doc_url: doc },
    errors: [{ message: body.message, extensions: { code: code.toUpperCase() } }],
  });
  expect(answer.headers).toMatchObject({
    "cache-control": "no-store",
    "content-type": "application/json; charset=utf-8",
    "keybrake-request-id": body.request_id,
    "request-id": body.request_id,
    "stripe-should-retry": "false",
  });
  if (code !== "rate_limited") expect(answer.headers).not.toHaveProperty("retry-after");
}

/** The fields that a 422 names. */
export const readIssuePaths = (answer: Answer): string[] =>
  (answer.json as { issues: { path: string }[] }).issues.map(({ path }) => path);
