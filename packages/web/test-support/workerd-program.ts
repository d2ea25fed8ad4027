import { joinStage, type RemoteWork } from "@keybrake/testing/remote-work";
import { createRemoteRoutes } from "./run-remotely.ts";

interface Context {
  waitUntil(work: Promise<unknown>): void;
}

export default {
  fetch(request: Request, { STAGE_URL }: { STAGE_URL: string }, context: Context): Promise<Response> {
    return createRemoteRoutes(awaited(joinStage(STAGE_URL), context))(request, {}, context);
  },
};

/** What is told to the stage has to be waited for: the runtime ends the work of a request with the request. */
function awaited(work: RemoteWork, context: Context): RemoteWork {
  const wait = (telling: Promise<void>): Promise<void> => {
    context.waitUntil(telling);
    return telling;
  };
  return {
    ...work,
    onRevokeError: (error, key) => wait(work.onRevokeError(error, key)),
    reportDeparture: () => wait(work.reportDeparture()),
  };
}
