import {
  auditEntrySchema,
  auditQuerySchema,
  pageQuery,
  pageSchema,
  reconcileSchema,
  toMicroUsd,
  type WireAuditQuery,
} from "@keybrake/core/protocol";
import type { AuditFilter } from "@keybrake/ledger";
import type { Hono } from "hono";
import { streamSSE } from "hono/streaming";
import * as z from "zod/mini";
import { Refused } from "../refusals/refused.ts";
import { type ControlContext, type ControlEnv, param } from "./context.ts";
import { check, type Operation, operation } from "./operation.ts";
import { toPageRequest, toWirePage } from "./page.ts";
import { toWireAudit } from "./to-wire.ts";

const HEARTBEAT_MS = 15_000;
const BATCH = 100;

/** What agents did. */
export function auditOperations({ store }: ControlContext): Operation[] {
  return [
    operation({
      method: "GET",
      path: "/v1/audit",
      summary: "List audit entries, newest first.",
      query: z.extend(auditQuerySchema, pageQuery),
      answer: pageSchema(auditEntrySchema),
      async handle(c, { query }) {
        return toWirePage(
          await store.listAudit(c.get("tenant"), toFilter(query), toPageRequest(query)),
          toWireAudit,
        );
      },
    }),
  ];
}

/** Settles by hand what nobody could know: a call of unknown outcome, or one at its estimate. */
export function reconcileOperation({ store }: ControlContext): Operation {
  return operation({
    method: "POST",
    path: "/v1/audit/:id/reconcile",
    summary: "Settle a call of unknown outcome at what it really cost.",
    body: reconcileSchema,
    answer: auditEntrySchema,
    async handle(c, { body }) {
      const costMicroUsd = toMicroUsd(body.cost_usd) ?? 0;
      const record = await store.resettle(c.get("tenant"), param(c, "id"), costMicroUsd, "reconciled");
      if (!record)
        throw new Refused({
          code: "not_found",
          message:
            "There is no audit entry with this id that moved money. List the entries with GET /v1/audit.",
        });
      return toWireAudit(record);
    },
  });
}

/**
 * The same as they happen, as server-sent events. Begins with now, or after `Last-Event-ID`, so that a reader who
 * was cut off misses nothing.
 */
export function serveAuditStream(app: Hono<ControlEnv>, { store, closing }: ControlContext): void {
  app.get("/v1/audit/stream", async (c) => {
    const filter = toFilter(check(auditQuerySchema, c.req.query()));
    const tenant = c.get("tenant");
    let last = c.req.header("last-event-id") ?? (await store.getNewestAuditId(tenant));
    const response = streamSSE(c, async (stream) => {
      let wake = (): void => {};
      const stopListening = store.onAudit(() => wake());
      const end = (): void => wake();
      closing.addEventListener("abort", end);
      stream.onAbort(end);
      try {
        // Sent at once, so that the reader knows that it is connected before anything happens.
        await stream.write(": connected\n\n");
        while (!stream.aborted && !closing.aborted) {
          const news = new Promise<void>((resolve) => {
            wake = resolve;
          });
          const page = await store.listAuditAfter(tenant, filter, {
            limit: BATCH,
            ...(last === undefined ? {} : { startingAfter: last }),
          });
          for (const record of page.items) {
            const data = JSON.stringify(toWireAudit(record));
            await stream.writeSSE({ id: record.id, event: "audit", data });
            last = record.id;
          }
          if (page.hasMore) continue;
          const heartbeat = setTimeout(wake, HEARTBEAT_MS);
          await news;
          clearTimeout(heartbeat);
          if (!stream.aborted) await stream.write(": keep-alive\n\n");
        }
      } catch (error) {
        // A store that fails has been reported; the stream ends, and its reader comes back for what it missed.
        if (!(error instanceof Refused)) throw error;
      } finally {
        stopListening();
        closing.removeEventListener("abort", end);
      }
    });
    response.headers.set("cache-control", "no-store");
    return response;
  });
}

function toFilter(query: WireAuditQuery): AuditFilter {
  const { key_id: keyId, label_prefix: labelPrefix, vendor, budget, decision, outcome, since, until } = query;
  return {
    ...(keyId === undefined ? {} : { keyId }),
    ...(labelPrefix === undefined ? {} : { labelPrefix }),
    ...(vendor === undefined ? {} : { vendor }),
    ...(budget === undefined ? {} : { budget }),
    ...(decision === undefined ? {} : { decision }),
    ...(outcome === undefined ? {} : { outcome }),
    ...(since === undefined ? {} : { since: Date.parse(since) }),
    ...(until === undefined ? {} : { until: Date.parse(until) }),
  };
}
