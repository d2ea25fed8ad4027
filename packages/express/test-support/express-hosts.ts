import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { type AdapterHost, startOverHttp } from "@keybrake/testing/adapter-cases";
import express5, { type ErrorRequestHandler, type RequestHandler } from "express";
import express4 from "express4";
import { keybrakeErrorHandler, vaultKey } from "../src/index.ts";

function expressHost(name: string, express: typeof express5): AdapterHost {
  return {
    name,
    abilities: ["http", "stream", "leave"],
    async mount({ policy, handler, client, onRevokeError }) {
      const errors: unknown[] = [];
      let departures = 0;
      const app = express();
      const watch: RequestHandler = (_req, res, next) => {
        res.on("close", () => {
          if (!res.writableFinished) departures += 1;
        });
        next();
      };
      const run: RequestHandler = (req, res, next) => {
        handler(req.vaultKey, String(req.query.input))
          .then(async (answer) => {
            if (typeof answer === "string") return res.send(answer);
            for await (const chunk of answer) res.write(chunk);
            return res.end();
          })
          .catch(next);
      };
      const record: ErrorRequestHandler = (error, _req, _res, next) => {
        errors.push(error);
        next(error);
      };
      app.post(
        "/run",
        watch,
        vaultKey((req) => policy(String(req.query.input)), { client, onRevokeError }),
        run,
      );
      app.use(record, keybrakeErrorHandler());

      const server = app.listen(0, "127.0.0.1");
      await once(server, "listening");
      const { port } = server.address() as AddressInfo;
      return {
        start: startOverHttp(`http://127.0.0.1:${port}/run`),
        errors,
        departures: () => departures,
        async close() {
          server.closeAllConnections();
          server.close();
          await once(server, "close");
        },
      };
    },
  };
}

/** Both majors of Express, as the suite of adapters mounts them. */
export const hosts: readonly AdapterHost[] = [
  expressHost("express 5", express5),
  expressHost("express 4", express4),
];
