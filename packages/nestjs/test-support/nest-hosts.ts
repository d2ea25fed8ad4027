import type { IncomingMessage, ServerResponse } from "node:http";
import type { VaultKey } from "@keybrake/core";
import { type AdapterHost, startOverHttp } from "@keybrake/testing/adapter-cases";
import { Controller, type ExecutionContext, Module, Post, Query } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { catchError } from "rxjs";
import { InjectVaultKey, KeybrakeModule, UseVaultKey } from "../src/index.ts";
import { type Platform, platforms } from "./platforms.ts";

function nestHost({ name, createAdapter }: Platform): AdapterHost {
  return {
    name,
    abilities: ["http", "stream", "leave"],
    async mount({ policy, handler, client, onRevokeError }) {
      const errors: unknown[] = [];
      let departures = 0;

      @Controller()
      class RunController {
        @Post("run")
        @UseVaultKey((context: ExecutionContext) => policy(context.switchToHttp().getRequest().query.input))
        run(@InjectVaultKey() key: VaultKey, @Query("input") input: string): ReturnType<typeof handler> {
          return handler(key, input);
        }
      }

      @Module({ imports: [KeybrakeModule.forRoot({ client, onRevokeError })], controllers: [RunController] })
      class AppModule {}

      const app = await NestFactory.create(AppModule, createAdapter(), {
        // What Nest logs about errors is part of what must show no token.
        logger: { log() {}, warn() {}, error: (...said: unknown[]) => console.error(...said) },
        forceCloseConnections: true,
      });
      app.use((_req: IncomingMessage, res: ServerResponse, next: () => void) => {
        res.on("close", () => {
          if (!res.writableFinished) departures += 1;
        });
        next();
      });
      app.useGlobalInterceptors({
        intercept: (_context, next) =>
          next.handle().pipe(
            catchError((error: unknown) => {
              errors.push(error);
              throw error;
            }),
          ),
      });
      await app.listen(0, "127.0.0.1");
      return {
        start: startOverHttp(`${await app.getUrl()}/run`),
        errors,
        departures: () => departures,
        close: () => app.close(),
      };
    },
  };
}

/** Nest on both of its platforms, as the suite of adapters mounts it. */
export const hosts: readonly AdapterHost[] = platforms.map(nestHost);
