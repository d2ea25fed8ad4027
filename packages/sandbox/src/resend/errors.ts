import { RefusedError } from "../json-answer.ts";

/** Resend's flat error body. */
export interface ResendErrorBody {
  readonly statusCode: number;
  readonly name: string;
  readonly message: string;
}

export function refuse(statusCode: number, name: string, message: string): RefusedError {
  const body: ResendErrorBody = { statusCode, name, message };
  return new RefusedError(statusCode, message, body);
}

export function invalid(message: string): RefusedError {
  return refuse(422, "validation_error", message);
}

export function missing(field: string): RefusedError {
  return refuse(422, "missing_required_field", `Missing \`${field}\` field.`);
}

export function notFound(what: string): RefusedError {
  return refuse(404, "not_found", `${what} not found`);
}

/** What Resend would say with that status when nothing more is known. */
export function toFaultError(statusCode: number): ResendErrorBody {
  switch (statusCode) {
    case 401:
      return { statusCode, name: "missing_api_key", message: "Missing API key in the authorization header." };
    case 429:
      return {
        statusCode,
        name: "rate_limit_exceeded",
        message: "Too many requests. Please limit the number of requests per second.",
      };
    default:
      return statusCode >= 500
        ? { statusCode, name: "internal_server_error", message: "An unexpected error occurred." }
        : { statusCode, name: "validation_error", message: `Refused with ${statusCode} by a sandbox fault` };
  }
}
