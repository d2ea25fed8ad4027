import type { Answer } from "./vendor.ts";

export function jsonAnswer(
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return { status, headers: { "Content-Type": "application/json", ...headers }, body: JSON.stringify(value) };
}

/** Builds a fault's response: a string as HTML, as a gateway in front of the vendor sends it, any other value as JSON. */
export function faultBodyAnswer(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  if (typeof body !== "string") return jsonAnswer(status, body, headers);
  return { status, headers: { ...headers, "Content-Type": "text/html; charset=utf-8" }, body };
}

/** The vendor rejects the call with its own error. The call had no effect. */
export class RefusedError extends Error {
  readonly status: number;
  readonly body: object;

  constructor(status: number, message: string, body: object) {
    super(message);
    this.status = status;
    this.body = body;
  }
}

/** Runs a handler, and turns a `RefusedError` into its response. */
export function answerOrRefuse(run: () => Answer): Answer {
  try {
    return run();
  } catch (error) {
    return toRefusal(error);
  }
}

export function toRefusal(error: unknown): Answer {
  if (!(error instanceof RefusedError)) throw error;
  return jsonAnswer(error.status, error.body);
}
