import {
  formatUsd,
  keyChangesSchema,
  keySchema,
  toMicroUsd,
  type WireKey,
  type WireKeyChanges,
} from "@keybrake/core/protocol";
import type { ChangeKeyAnswer, KeyChanges, LimitRefusal, RaisedField } from "@keybrake/ledger";
import { toRefusal } from "../refusals/limit-refusal.ts";
import { Refused } from "../refusals/refused.ts";
import { type ControlContext, param } from "./context.ts";
import { type Operation, operation, toInvalid } from "./operation.ts";
import { hasRole } from "./roles.ts";
import { defined, toAllowedEndpoint, toWireKey } from "./to-wire.ts";

/** Changes the limits of a key that lives. */
export function changeKeyOperation({ store, config, clock }: ControlContext): Operation {
  return operation({
    method: "PATCH",
    path: "/v1/keys/:id",
    summary:
      "Change the limits of an active key, from its next call on. Null takes a limit away. Raising anything needs the role admin.",
    role: "issue",
    body: keyChangesSchema,
    answer: keySchema,
    async handle(c, { body }) {
      const rights = { mayRaise: hasRole(c.get("role"), "admin"), requireCap: config.requireCap };
      const answer = await store.changeKey(c.get("tenant"), param(c, "id"), toKeyChanges(body), rights);
      return toChangedKey(answer, clock());
    },
  });
}

/** @throws {Refused} the change didn't happen */
function toChangedKey(answer: ChangeKeyAnswer | undefined, now: number): WireKey {
  switch (answer?.status) {
    case "changed":
      return toWireKey(answer.record, now);
    case "ended":
      throw new Refused({
        code: "key_ended",
        message: "This vault key was revoked or has expired, so it can't be changed. Issue a new key.",
      });
    case "raises":
      throw toRoleNeeded(answer.fields);
    case "uncapped":
      throw toInvalid([
        {
          path: "daily_usd_cap",
          message: "the key would have no cap, and this proxy requires one (require_cap)",
        },
      ]);
    case "no_room":
      throw new Refused({ ...toRefusal(answer.refusal), message: toNoRoom(answer.refusal) });
    default:
      throw new Refused({
        code: "not_found",
        message:
          "There is no vault key with this id in your tenant. Use the id of the issued key (key_…), not its token.",
      });
  }
}

function toRoleNeeded(fields: readonly RaisedField[]): Refused {
  const names = fields.map((field) => WIRE_NAMES[field]).join(", ");
  return new Refused({
    code: "insufficient_role",
    message: `This change raises ${names}, which needs a Keybrake token with the role admin. Nothing was changed.`,
  });
}

function toNoRoom({ capMicroUsd = 0, spentMicroUsd = 0, heldMicroUsd = 0 }: LimitRefusal): string {
  const remaining = formatUsd(Math.max(0, capMicroUsd - spentMicroUsd - heldMicroUsd));
  return `The total_usd_cap of a child key is set aside in its parent, and ${remaining} USD remain there. Raise it by at most that, or raise the parent's cap first. Nothing was changed.`;
}

const WIRE_NAMES: Record<RaisedField, keyof WireKeyChanges> = {
  dailyCapMicroUsd: "daily_usd_cap",
  totalCapMicroUsd: "total_usd_cap",
  maxMicroUsdPerCall: "max_usd_per_call",
  maxCalls: "max_calls",
  callsPerMinute: "calls_per_minute",
  allowedEndpoints: "allowed_endpoints",
  frozen: "frozen",
};

function toKeyChanges(body: WireKeyChanges): KeyChanges {
  return defined({
    dailyCapMicroUsd: toChangedMicroUsd(body.daily_usd_cap),
    totalCapMicroUsd: toChangedMicroUsd(body.total_usd_cap),
    maxMicroUsdPerCall: toChangedMicroUsd(body.max_usd_per_call),
    maxCalls: body.max_calls,
    callsPerMinute: body.calls_per_minute,
    allowedEndpoints: body.allowed_endpoints === null ? null : body.allowed_endpoints?.map(toAllowedEndpoint),
    frozen: body.frozen,
  });
}

function toChangedMicroUsd(usd: number | null | undefined): number | null | undefined {
  return typeof usd === "number" ? toMicroUsd(usd) : usd;
}
