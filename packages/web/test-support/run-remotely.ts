import { createKeybrake } from "@keybrake/core";
import type { RemoteWork } from "@keybrake/testing/remote-work";
import { exerciseCore } from "./exercise-core.ts";
import { createRunRoute } from "./run-route.ts";

/** All that a program in another runtime serves: the route of the suite, and what becomes of core there. */
export function createRemoteRoutes(work: RemoteWork): ReturnType<typeof createRunRoute> {
  const run = createRunRoute(work, { error: work.reportError, departure: work.reportDeparture });
  return async (request, ...rest) => {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname !== "/core") return run(request, ...rest);
    const { token = "", apiUrl = "" } = Object.fromEntries(searchParams);
    return Response.json(await exerciseCore(createKeybrake({ token, apiUrl, proxyUrl: apiUrl })));
  };
}
