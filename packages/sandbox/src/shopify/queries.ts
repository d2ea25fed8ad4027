import { GraphQLError } from "graphql";
import { takePage } from "../take-page.ts";
import type { Order } from "./objects.ts";
import { toOrder } from "./order.ts";
import type { Shop, ShopifyCall } from "./shop.ts";

const maxPage = 250;

export function shop(_args: object, call: ShopifyCall): object {
  return toShop(call.shop);
}

export function toShop({ currency, domain, name }: Shop): object {
  return { id: "gid://shopify/Shop/1", name, myshopifyDomain: domain, currencyCode: currency };
}

export function order({ id }: { readonly id: string }, call: ShopifyCall): object | null {
  const found = call.shop.orders.get(id);
  return found ? toOrder(call.shop, found) : null;
}

export interface OrdersArgs {
  readonly first?: number | null;
  readonly after?: string | null;
  readonly reverse?: boolean | null;
}

/** Oldest first, from behind the `after` cursor. */
export function orders({ first, after, reverse }: OrdersArgs, call: ShopifyCall): object {
  if (typeof first !== "number") throw new GraphQLError("you must provide one of first or last");
  if (first < 0 || first > maxPage) throw new GraphQLError(`first must be between 0 and ${maxPage}`);
  const sorted = [...call.shop.orders.values()];
  if (reverse) sorted.reverse();
  const isLast = typeof after === "string" ? (item: Order) => toCursor(item) === after : undefined;
  const page = takePage(sorted, first, isLast);
  if (!page) throw new GraphQLError(`Invalid cursor for current pagination sort: ${after}`);
  const edges = page.items.map((item) => ({ cursor: toCursor(item), node: toOrder(call.shop, item) }));
  return {
    edges,
    nodes: edges.map(({ node }) => node),
    pageInfo: {
      hasNextPage: page.hasMore,
      hasPreviousPage: isLast !== undefined,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

function toCursor({ gid }: Order): string {
  return Buffer.from(gid).toString("base64url");
}
