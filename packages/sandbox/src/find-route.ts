/** `["POST /v1/charges/:id/capture", handler]`: a name with a colon matches one segment, or the part of it before a suffix. */
export type Route<Handler> = readonly [pattern: string, handler: Handler];

export interface FoundRoute<Handler> {
  readonly handler: Handler;
  readonly params: Readonly<Record<string, string>>;
}

export interface RouteTable<Handler> {
  /** Matches a path as received, without decoding it, so that an encoded path that a proxy let through finds no route. */
  find(method: string, path: string): FoundRoute<Handler> | undefined;
  /** Returns true if another method has a route for this path. */
  hasPath(path: string): boolean;
}

/** The first pattern that matches wins. */
export function createRoutes<Handler>(routes: readonly Route<Handler>[]): RouteTable<Handler> {
  const compiled = routes.map(([pattern, handler]) => {
    const [method = "", path = ""] = pattern.split(" ");
    return { method, path: toExpression(path), handler };
  });
  return {
    find(method, path) {
      for (const route of compiled) {
        const match = route.method === method ? route.path.exec(path) : null;
        if (match) return { handler: route.handler, params: { ...match.groups } };
      }
      return undefined;
    },
    hasPath: (path) => compiled.some((route) => route.path.test(path)),
  };
}

function toExpression(pattern: string): RegExp {
  const source = pattern.replaceAll(".", "\\.").replaceAll(/:([a-zA-Z]+)/g, "(?<$1>[^/]+?)");
  return new RegExp(`^${source}$`);
}
