import { RefusedError } from "../json-answer.ts";

/** Twilio's envelope. `code` is a number. */
export interface TwilioErrorBody {
  readonly code: number;
  readonly message: string;
  readonly more_info: string;
  readonly status: number;
}

export function toErrorBody(status: number, code: number, message: string): TwilioErrorBody {
  return { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status };
}

export function refuse(status: number, code: number, message: string): RefusedError {
  return new RefusedError(status, message, toErrorBody(status, code, message));
}

export function unauthorized(): RefusedError {
  return refuse(401, 20003, "Authenticate");
}

export function notFound(path: string): RefusedError {
  return refuse(404, 20404, `The requested resource ${path} was not found`);
}

/** What Twilio would say with that status when nothing more is known. */
export function toFaultError(status: number): TwilioErrorBody {
  switch (status) {
    case 401:
      return toErrorBody(401, 20003, "Authenticate");
    case 429:
      return toErrorBody(429, 20429, "Too Many Requests");
    default:
      return status >= 500
        ? toErrorBody(status, 20500, "An internal server error has occurred")
        : toErrorBody(status, 20001, `Refused with ${status} by a sandbox fault`);
  }
}
