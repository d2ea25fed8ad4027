import { joinStage } from "@keybrake/testing/remote-work";
import { createRunRoute } from "./run-route.ts";

/** The route of a host in another process. @param stageUrl where the test process is */
export function createRemoteRoute(stageUrl: string): ReturnType<typeof createRunRoute> {
  const work = joinStage(stageUrl);
  return createRunRoute(work, { error: work.reportError, departure: work.reportDeparture });
}
