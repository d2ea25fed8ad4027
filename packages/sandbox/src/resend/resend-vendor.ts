import type { IncomingHttpHeaders } from "node:http";
import { answerOrRefuse, faultBodyAnswer, jsonAnswer, toRefusal } from "../json-answer.ts";
import type { VendorContext } from "../sandbox-server.ts";
import type { Answer, Perform, Vendor, VendorRequest } from "../vendor.ts";
import { refuse, toFaultError } from "./errors.ts";
import { answerUnderKey } from "./idempotency.ts";
import { routes } from "./routes.ts";
import type { ResendCall, ResendWorld } from "./world.ts";

export interface ResendVendorOptions extends VendorContext {
  readonly world: ResendWorld;
  /** Restores the initial state. */
  resetWorld(): void;
}

/** Emulates Resend: authenticate, find the route, read the JSON, claim the idempotency key, run the call. */
export function createResendVendor({ world, resetWorld, ledger, now }: ResendVendorOptions): Vendor {
  async function answerOrThrow(request: VendorRequest, perform: Perform): Promise<Answer> {
    const { headers, method, path } = request;
    authenticate(headers, world);
    const found = routes.find(method, path);
    if (!found) {
      throw routes.hasPath(path)
        ? refuse(405, "method_not_allowed", "Method is not allowed for the requested path.")
        : refuse(404, "not_found", "The requested endpoint does not exist.");
    }
    const { handler, status, keyed } = found.handler;
    const body = readJson(request);
    const key = headers["idempotency-key"];
    const nowMs = now();
    function effect(): Answer {
      return answerOrRefuse(() => {
        const call: ResendCall = {
          world,
          id: found?.params.id ?? "",
          query: new URLSearchParams(request.query),
          body,
          permissive: headers["x-batch-validation"] === "permissive",
          nowMs,
          record: (recorded) =>
            ledger.record({
              ...recorded,
              vendor: "resend",
              amountMinor: 0,
              currency: "usd",
              livemode: true,
              ...(typeof key === "string" && key !== "" ? { idempotencyKey: key } : {}),
            }),
        };
        const answer = jsonAnswer(status, handler(call));
        if (method !== "GET") ledger.countExecutedCall();
        return answer;
      });
    }
    if (!keyed || typeof key !== "string") return perform(effect);
    // Serialized again, so that spaces and line breaks don't make it a different payload.
    const call = `${path} ${JSON.stringify(body)}`;
    return answerUnderKey(world.idempotencyKeys, { key, call, nowMs }, () => perform(effect));
  }

  resetWorld();
  return {
    replaysServerErrors: false,
    answer: (request, perform) => answerOrThrow(request, perform).catch(toRefusal),
    faultAnswer: (_request, status, body) => faultBodyAnswer(status, body ?? toFaultError(status)),
    reset: resetWorld,
  };
}

function authenticate({ authorization = "" }: IncomingHttpHeaders, world: ResendWorld): void {
  const [scheme = "", token = ""] = authorization.trim().split(/\s+/);
  if (scheme.toLowerCase() !== "bearer" || token === "") {
    throw refuse(401, "missing_api_key", "Missing API key in the authorization header.");
  }
  if (!world.apiKeys.has(token)) throw refuse(403, "invalid_api_key", "API key is invalid.");
}

function readJson({ body }: VendorRequest): unknown {
  if (body === "") return undefined;
  try {
    return JSON.parse(body);
  } catch {
    throw refuse(400, "validation_error", "The request body is not valid JSON.");
  }
}
