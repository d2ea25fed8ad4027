import { toErrorAnswer } from "@keybrake/core/protocol";
import { Hono } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { Refused } from "../refusals/refused.ts";
import { createId } from "../secrets.ts";
import { auditOperations, reconcileOperation, serveAuditStream } from "./audit.ts";
import { budgetOperations } from "./budgets.ts";
import { changeKeyOperation } from "./change-key.ts";
import { type ControlContext, type ControlEnv, requireToken } from "./context.ts";
import { freezeOperations } from "./freezes.ts";
import { keyOperations } from "./keys.ts";
import type { Metrics } from "./metrics.ts";
import { toOpenApi } from "./openapi.ts";
import { serveOperations } from "./operation.ts";
import { validateOperation } from "./validate.ts";

/** Paths that belong to the control API, whatever vendors are configured. */
export function isControlPath(url: string): boolean {
  return /^\/(?:v1|vault|healthz|readyz|metrics)(?:[/?]|$)/.test(url);
}

/**
 * The control API as one app.
 *
 * @param onInternalError told of what nobody expected; the caller only gets its request id
 */
export function createControlApi(
  context: ControlContext,
  metrics: Metrics,
  onInternalError: (error: unknown, requestId: string) => void,
): Hono<ControlEnv> {
  const app = new Hono<ControlEnv>();
  const operations = [
    ...keyOperations(context),
    changeKeyOperation(context),
    validateOperation(context),
    ...freezeOperations(context),
    ...budgetOperations(context),
    ...auditOperations(context),
    reconcileOperation(context),
  ];
  const openApi = toOpenApi(operations);

  app.use(async (c, next) => {
    c.set("requestId", createId("req"));
    c.header("cache-control", "no-store");
    c.header("keybrake-request-id", c.get("requestId"));
    c.header("request-id", c.get("requestId"));
    await next();
  });
  app.get("/healthz", (c) => c.json({ status: "ok" }));
  app.get("/readyz", async (c) => {
    await context.store.ping();
    return c.json({ status: "ok" });
  });
  app.get("/metrics", async (c) =>
    c.text(await metrics.render(), 200, { "content-type": metrics.contentType }),
  );
  app.get("/v1/openapi.json", (c) => c.json(openApi));

  app.use(requireToken(context));
  serveAuditStream(app, context);
  serveOperations(app, operations);

  app.notFound(() => {
    throw new Refused({
      code: "not_found",
      message: "There is no such endpoint. GET /v1/openapi.json lists them all.",
    });
  });
  app.onError((error, c) => {
    const refusal = error instanceof Refused ? error.refusal : undefined;
    if (!refusal) onInternalError(error, c.get("requestId"));
    const { status, headers, body } = toErrorAnswer(
      refusal ?? {
        code: "internal_error",
        message:
          "The control API failed while it handled the request. Look for the request id in the proxy's log before you retry.",
      },
      c.get("requestId"),
    );
    return c.json(body, status as ContentfulStatusCode, headers);
  });
  return app;
}
