import { joinStage } from "@keybrake/testing/remote-work";
import { createRemoteRoutes } from "./run-remotely.ts";

declare const Deno: {
  env: { get(name: string): string | undefined };
  serve(
    options: { port: number; hostname: string },
    handler: (request: Request, info: { remoteAddr: unknown }) => Promise<Response>,
  ): unknown;
};

Deno.serve(
  { port: 0, hostname: "127.0.0.1" },
  createRemoteRoutes(joinStage(Deno.env.get("STAGE_URL") ?? "")),
);
