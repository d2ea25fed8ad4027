import { joinStage } from "@keybrake/testing/remote-work";
import { createRemoteRoutes } from "./run-remotely.ts";

declare const Bun: {
  serve(options: {
    port: number;
    hostname: string;
    fetch: (request: Request, server: unknown) => Promise<Response>;
  }): { url: URL };
};

const fetch = createRemoteRoutes(joinStage(process.env.STAGE_URL ?? ""));
console.log(`listening on ${Bun.serve({ port: 0, hostname: "127.0.0.1", fetch }).url}`);
