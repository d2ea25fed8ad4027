import {
  GraphQLDirective,
  GraphQLError,
  GraphQLNonNull,
  type GraphQLResolveInfo,
  GraphQLString,
  getDirectiveValues,
} from "graphql";
import { type Payload, userError } from "./payload.ts";
import type { MutationCall, ShopifyCall } from "./shop.ts";

const keyLifeMs = 24 * 60 * 60 * 1000;
/** From here on Shopify refuses some mutations that come without the directive. */
const mandatorySince = "2026-04";

const idempotentDirective = new GraphQLDirective({
  name: "idempotent",
  locations: [],
  args: { key: { type: new GraphQLNonNull(GraphQLString) } },
});

/** Checks its arguments, then takes effect in one synchronous step. */
export type Mutation<Args> = (args: Args, call: MutationCall) => Payload;

export type MutationResolver<Args> = (args: Args, call: ShopifyCall, info: GraphQLResolveInfo) => Payload;

/**
 * Turns a mutation into a resolver that takes effect once per idempotency key, passed as `@idempotent(key: …)` or as
 * the `idempotencyKey` argument. Keys are valid for 24 hours. Only a success uses one up.
 */
export function oncePerKey<Args extends object>(
  mutation: Mutation<Args>,
  { mandatory = false }: { readonly mandatory?: boolean } = {},
): MutationResolver<Args> {
  return (args, call, info) => {
    const key = readKey(args, info);
    if (key === undefined && mandatory && call.version >= mandatorySince) {
      throw new GraphQLError(
        "The @idempotent directive is required for this mutation but was not provided.",
        { extensions: { code: "BAD_REQUEST" } },
      );
    }
    const { shop, nowMs } = call;
    const keptArgs = JSON.stringify(args);
    const kept = key === undefined ? undefined : shop.kept.get(key);
    if (kept && nowMs - kept.atMs < keyLifeMs) {
      if (kept.mutation === info.fieldName && kept.args === keptArgs) return kept.payload;
      return userError(null, "The same idempotency key cannot be used with different operation parameters.");
    }
    const payload = mutation(args, { shop, nowMs, record: (effect) => call.record(effect, key) });
    if (key !== undefined && payload.userErrors.length === 0) {
      shop.kept.set(key, { mutation: info.fieldName, args: keptArgs, atMs: nowMs, payload });
    }
    return payload;
  };
}

function readKey(args: object, { fieldNodes, variableValues }: GraphQLResolveInfo): string | undefined {
  const [node] = fieldNodes;
  const directive = node && getDirectiveValues(idempotentDirective, node, variableValues);
  const key = directive?.key ?? Reflect.get(args, "idempotencyKey");
  return typeof key === "string" ? key : undefined;
}
