import {
  freezeReceiptSchema,
  freezeRequestSchema,
  freezeSchema,
  pageSchema,
  type WireFreeze,
} from "@keybrake/core/protocol";
import type { FreezeRecord } from "@keybrake/ledger";
import { toTimestamp } from "@keybrake/ledger";
import { Refused } from "../refusals/refused.ts";
import { createId, fingerprint, hashToken } from "../secrets.ts";
import { type ControlContext, param } from "./context.ts";
import { toKeyScope } from "./key-filter.ts";
import { type Operation, operation, toInvalid } from "./operation.ts";
import { toWireReceipt } from "./receipt.ts";
import { defined } from "./to-wire.ts";

/** The brake that also stops keys issued later. */
export function freezeOperations({ store, clock }: ControlContext): Operation[] {
  return [
    operation({
      method: "GET",
      path: "/v1/freezes",
      summary: "List the freezes in force, oldest first: all of them, as there are at most 100.",
      answer: pageSchema(freezeSchema),
      async handle(c) {
        const freezes = await store.listFreezes(c.get("tenant"));
        return { data: freezes.map(toWireFreeze), has_more: false };
      },
    }),
    operation({
      method: "POST",
      path: "/v1/freezes",
      summary:
        "Refuse every call of the keys that match, issued before or after, until the freeze is lifted. Issuing goes on.",
      role: "issue",
      header: "Idempotency-Key",
      body: freezeRequestSchema,
      status: 201,
      answer: freezeReceiptSchema,
      async handle(c, { body }) {
        const { note = null, all: _all, ...scope } = body;
        const idempotencyKey = c.req.header("idempotency-key");
        const sameRequest = [c.get("tenant"), hashToken(c.get("token")), JSON.stringify(body)];
        const freeze: FreezeRecord = {
          id:
            idempotencyKey === undefined
              ? createId("frz")
              : `frz_${fingerprint(...sameRequest, idempotencyKey)}`,
          tenant: c.get("tenant"),
          scope: toKeyScope(scope),
          note,
          createdAt: clock(),
        };
        const answer = await store.freeze(freeze);
        if (answer.status === "too_many")
          throw toInvalid([{ path: "", message: "there are 100 freezes already: lift one first" }]);
        const { keys, calls, heldMicroUsd } = answer;
        return { ...toWireFreeze(freeze), keys, in_flight: toWireReceipt({ calls, heldMicroUsd }) };
      },
    }),
    operation({
      method: "DELETE",
      path: "/v1/freezes/:id",
      summary: "Lift a freeze: the keys that no other one matches may call again.",
      answer: freezeSchema,
      async handle(c) {
        const freeze = await store.liftFreeze(c.get("tenant"), param(c, "id"));
        if (!freeze) throw new Refused({ code: "not_found", message: "No such freeze is in force." });
        return toWireFreeze(freeze);
      },
    }),
  ];
}

function toWireFreeze({ id, scope, note, createdAt }: FreezeRecord): WireFreeze {
  const { labelPrefix: label_prefix, budget, vendor } = scope;
  const all = Object.keys(scope).length === 0;
  return { id, ...defined({ label_prefix, budget, vendor }), all, note, created_at: toTimestamp(createdAt) };
}
