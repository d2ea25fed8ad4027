import { toKeybrakeError } from "@keybrake/core";
import type { ErrorRequestHandler } from "express";

/**
 * Answers what Keybrake refused: a spent cap is 402 `{ error: "spend_cap_exceeded" }`, also where a vendor's SDK
 * raised it; a key that can't be had is 503 `{ error: "vault_key_unavailable" }`. Every other error, and one that
 * comes after the headers were sent, goes on to the next error handler. Use it after the routes.
 *
 * @example
 * app.use(keybrakeErrorHandler());
 */
export function keybrakeErrorHandler(): ErrorRequestHandler {
  return async (error: unknown, _req, res, next) => {
    const refusal = toKeybrakeError(error);
    if (!refusal || res.headersSent) return next(error);
    const response = refusal.toResponse();
    const body = await response.json();
    res.status(response.status).set(Object.fromEntries(response.headers)).json(body);
  };
}
