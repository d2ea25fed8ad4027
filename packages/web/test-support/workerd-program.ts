import { joinStage } from "@keybrake/testing/remote-work";
import { createRunRoute } from "./run-route.ts";

interface Context {
  waitUntil(work: Promise<unknown>): void;
}

/** A Worker: what it tells the stage has to be waited for, since the runtime ends a request's work with the request. */
export default {
  fetch(request: Request, { STAGE_URL }: { STAGE_URL: string }, context: Context): Promise<Response> {
    const work = joinStage(STAGE_URL);
    const route = createRunRoute(
      { ...work, onRevokeError: (error, key) => context.waitUntil(work.onRevokeError(error, key)) },
      { error: work.reportError, departure: () => context.waitUntil(work.reportDeparture()) },
    );
    return route(request, { STAGE_URL }, context);
  },
};
