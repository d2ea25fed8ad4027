import { toMicroUsd, toUsd, validateSchema, validationSchema } from "@keybrake/core/protocol";
import type { KeyRecord, KeyState } from "@keybrake/ledger";
import { findFreeze, fitCall, getRemaining } from "@keybrake/ledger";
import type { ConfiguredVendor } from "../config/configure-vendor.ts";
import type { ControlContext } from "./context.ts";
import { joinBudgets } from "./join-budgets.ts";
import { type Operation, operation } from "./operation.ts";
import { type NamedBudgets, toBudgets } from "./to-wire.ts";

const NO_SPEND = {
  dailyMicroUsd: 0,
  dailyHeldMicroUsd: 0,
  monthlyMicroUsd: 0,
  monthlyHeldMicroUsd: 0,
  totalMicroUsd: 0,
  heldMicroUsd: 0,
  unknownMicroUsd: 0,
  exposureMicroUsd: 0,
};

/** A budget that nobody has named before. */
const NEW_BUDGET = {
  dailyCapMicroUsd: null,
  monthlyCapMicroUsd: null,
  totalCapMicroUsd: null,
  frozen: false,
  spend: NO_SPEND,
};

/** Would a call fit? Asked before expensive work begins; nothing is issued and nothing reserved. */
export function validateOperation(context: ControlContext): Operation {
  const { config, clock } = context;
  return operation({
    method: "POST",
    path: "/v1/validate",
    summary: "Ask whether a call would fit now. Issues nothing, reserves nothing.",
    role: "issue",
    body: validateSchema,
    answer: validationSchema,
    async handle(c, { body }) {
      const vendor = config.vendors.get(body.vendor);
      if (!vendor) return { allowed: false, code: "unknown_vendor", remaining_usd: null };
      if (!vendor.credentials.findForIssue(c.get("tenant"))) {
        return { allowed: false, code: "account_not_allowed", remaining_usd: null };
      }
      const stated = joinBudgets(c.get("budgets"), toBudgets(body.budgets ?? []));
      const state = await imagineKey(context, c.get("tenant"), body.vendor, stated);
      const remaining = getRemaining(state);
      const remaining_usd = remaining === null ? null : toUsd(remaining);
      if (isSecret(vendor, body.endpoint)) {
        return { allowed: false, code: "secret_endpoint", remaining_usd };
      }
      const microUsd = toMicroUsd(body.usd ?? 0) ?? 0;
      const { refusal } = fitCall(state, { kind: "amount", microUsd }, clock(), false);
      // With no amount given, "is there any room?" is the question.
      if (refusal || remaining === 0)
        return { allowed: false, code: refusal?.code ?? "cap_exhausted", remaining_usd };
      return { allowed: true, remaining_usd };
    },
  });
}

/** A key without caps of its own, on the budgets in question. */
async function imagineKey(
  { store, clock }: ControlContext,
  tenant: string,
  vendor: string,
  stated: NamedBudgets,
): Promise<KeyState> {
  const found = await Promise.all(
    stated.budgets.map(async (name) => (await store.getBudget(tenant, name)) ?? { name, ...NEW_BUDGET }),
  );
  const record: KeyRecord = {
    id: "",
    tenant,
    parentId: null,
    tokenHash: "",
    label: "",
    vendor,
    mode: "live",
    policy: {
      ...stated,
      shadow: false,
      accounts: [],
      injectIdempotency: false,
      within: [],
      allowRecurring: false,
      metadata: {},
    },
    createdAt: clock(),
    expiresAt: Number.POSITIVE_INFINITY,
    maxExpiresAt: Number.POSITIVE_INFINITY,
    revokedAt: null,
    frozen: false,
    changes: 0,
  };
  const freeze = findFreeze(await store.listFreezes(tenant), record, []);
  return {
    record,
    spend: NO_SPEND,
    calls: 0,
    recentCalls: [],
    ancestors: [],
    frozenBy: freeze?.id ?? null,
    budgets: found,
  };
}

function isSecret(vendor: ConfiguredVendor, endpoint: string | undefined): boolean {
  if (endpoint === undefined) return false;
  const [method = "", path = ""] = endpoint.includes(" ") ? endpoint.split(" ", 2) : ["GET", endpoint];
  return vendor.findRoute(method, path).price === "secret" && !vendor.allowsSecret(method, path);
}
