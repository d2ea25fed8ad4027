import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { type PolicyFor, resolvePolicy, withVaultKey } from "@keybrake/core";
import {
  type CallHandler,
  type ExecutionContext,
  HttpException,
  Inject,
  Injectable,
  type NestInterceptor,
  UseInterceptors,
} from "@nestjs/common";
import { Observable } from "rxjs";
import { KEYBRAKE_MODULE_OPTIONS, type KeybrakeModuleOptions } from "./keybrake-module-options.ts";
import { runInVaultKey } from "./vault-key-service.ts";

/** What the logs of nginx call a request whose caller left; nobody is there to read it. */
const CALLER_LEFT = 499;

/**
 * Issues a vault key for each request of a handler, or of all handlers of a controller, and revokes it when the
 * response is over: sent, streamed to its end, or given up by the caller. It runs after guards and before pipes.
 * Where no key can be had, the handler doesn't run and the exception filters get the error.
 *
 * @param policy what to ask for, or how to tell it from the `ExecutionContext`
 * @example
 * @Controller("tools")
 * class ToolsController {
 *   @Post("charge")
 *   @UseVaultKey((context) => ({
 *     label: `user-${context.switchToHttp().getRequest().user.id}`,
 *     vendor: "stripe",
 *     dailyUsdCap: 500,
 *   }))
 *   charge(@InjectVaultKey() key: VaultKey) {
 *     return charge(key);
 *   }
 * }
 */
export function UseVaultKey(policy: PolicyFor<ExecutionContext>): ClassDecorator & MethodDecorator {
  @Injectable()
  class VaultKeyInterceptor implements NestInterceptor {
    readonly #options: KeybrakeModuleOptions;

    constructor(@Inject(KEYBRAKE_MODULE_OPTIONS) options: KeybrakeModuleOptions) {
      this.#options = options;
    }

    intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
      const response = getNodeResponse(context);
      return new Promise((resolve, reject) => {
        withVaultKey(
          () => resolvePolicy(policy, context),
          async (key) => {
            // The caller may have left while the key was being issued, and then `close` has been and gone.
            if (isOver(response))
              throw new HttpException("The caller left before a vault key was there.", CALLER_LEFT);
            const closed = once(response, "close");
            resolve(
              new Observable((subscriber) => runInVaultKey(key, () => next.handle().subscribe(subscriber))),
            );
            await closed;
          },
          this.#options,
        ).catch(reject);
      });
    }
  }
  return UseInterceptors(VaultKeyInterceptor);
}

/** A response of Node; over HTTP/2 it is its stream that knows the end. */
type NodeResponse = ServerResponse & { stream?: { destroyed: boolean } };

function getNodeResponse(context: ExecutionContext): NodeResponse {
  if (context.getType() !== "http") {
    throw new Error(
      `@UseVaultKey is for HTTP routes; a handler of "${context.getType()}" issues its key with withVaultKey().`,
    );
  }
  const response = context.switchToHttp().getResponse<NodeResponse | { raw: NodeResponse }>();
  return "raw" in response ? response.raw : response;
}

function isOver(response: NodeResponse): boolean {
  return response.closed || response.destroyed || response.stream?.destroyed === true;
}
