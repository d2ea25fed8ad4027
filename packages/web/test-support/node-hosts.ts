import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import {
  type AdapterHost,
  type AdapterWork,
  type MountedHost,
  startOverHttp,
} from "@keybrake/testing/adapter-cases";
import { Hono } from "hono";
import { createRunRoute } from "./run-route.ts";

type Route = ReturnType<typeof createRunRoute>;

/** A host of this process: how it serves the route is all it has to say. */
function nodeHost(
  name: string,
  open: (route: Route) => Promise<Pick<MountedHost, "start" | "close">>,
): AdapterHost {
  return {
    name,
    abilities: ["http", "stream", "leave"],
    async mount(work: AdapterWork) {
      const errors: unknown[] = [];
      let departures = 0;
      const route = createRunRoute(work, {
        error: (error) => errors.push(error),
        departure: () => {
          departures += 1;
        },
      });
      return { ...(await open(route)), errors, departures: () => departures };
    },
  };
}

/** The hosts that run in Node: the handler called as a plain function, and Hono behind its server. */
export const nodeHosts: readonly AdapterHost[] = [
  nodeHost("a plain function", async (route) => ({
    start: startOverHttp("http://localhost/run", (url, init) => route(new Request(url, init))),
    close: async () => {},
  })),
  nodeHost("Hono on Node", async (route) => {
    const app = new Hono().post("/run", (context) => route(context.req.raw));
    const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }) as Server;
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    return {
      start: startOverHttp(`http://127.0.0.1:${port}/run`),
      async close() {
        server.closeAllConnections();
        server.close();
        await once(server, "close");
      },
    };
  }),
];
