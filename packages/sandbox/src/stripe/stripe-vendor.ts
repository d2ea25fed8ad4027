import { faultBodyAnswer, jsonAnswer } from "../json-answer.ts";
import type { VendorContext } from "../sandbox-server.ts";
import type { Answer, Perform, Vendor, VendorRequest } from "../vendor.ts";
import { type Account, createAccount, newId, type StripeCall } from "./account.ts";
import { authenticate } from "./authenticate.ts";
import { invalidRequest, StripeError, type StripeErrorFields } from "./errors.ts";
import { expand } from "./expand.ts";
import { type FormObject, parseForm } from "./form.ts";
import { answerUnderKey } from "./idempotency.ts";
import { findRoute } from "./routes.ts";

/** The API version of an account that hasn't pinned one. */
const defaultVersion = "2026-10-28.endive";

export interface StripeVendorOptions extends VendorContext {
  readonly secretKey: string;
  readonly testSecretKey: string;
}

/** Emulates Stripe: authenticate, find the route, read the form, claim the idempotency key, run the call. */
export function createStripeVendor({ secretKey, testSecretKey, ledger, now }: StripeVendorOptions): Vendor {
  const accounts = new Map<string, Account>();

  function reset(): void {
    accounts.set(secretKey, createAccount(true));
    accounts.set(testSecretKey, createAccount(false));
  }

  async function answerOrThrow(request: VendorRequest, requestId: string, perform: Perform): Promise<Answer> {
    const account = authenticate(request.headers, accounts);
    const { handler, params: pathParams } = findRoute(request.method, request.path);
    const params = readParams(request);
    const key = request.method === "POST" ? readIdempotencyKey(request) : undefined;
    const nowMs = now();
    const call: StripeCall = {
      account,
      params,
      id: pathParams.id ?? "",
      now: Math.floor(nowMs / 1000),
      record(effect) {
        ledger.record({
          ...effect,
          vendor: "stripe",
          livemode: account.livemode,
          metadata: { ...effect.metadata },
          ...(key === undefined ? {} : { idempotencyKey: key }),
        });
      },
    };
    function effect(): Answer {
      try {
        const answer = toAnswer(200, expand(handler(call), params, account), true);
        if (request.method !== "GET") ledger.countExecutedCall();
        return answer;
      } catch (error) {
        return toErrorAnswer(error);
      }
    }
    if (key === undefined) return perform(effect);
    return answerUnderKey(account.idempotencyKeys, { key, request, requestId, nowMs }, () => perform(effect));
  }

  reset();
  return {
    replaysServerErrors: true,
    async answer(request, perform) {
      const requestId = newId("req");
      let answer: Answer;
      try {
        answer = await answerOrThrow(request, requestId, perform);
      } catch (error) {
        answer = toErrorAnswer(error);
      }
      return { ...answer, headers: { ...toHeaders(request, requestId), ...answer.headers } };
    },
    faultAnswer(request, status, body) {
      const headers = toHeaders(request, newId("req"));
      return faultBodyAnswer(status, body ?? { error: toFaultError(status) }, headers);
    },
    reset,
  };
}

function toAnswer(status: number, body: object, replayable: boolean): Answer {
  return { ...jsonAnswer(status, body), replayable };
}

function toErrorAnswer(error: unknown): Answer {
  if (!(error instanceof StripeError)) throw error;
  return toAnswer(error.status, { error: error.fields }, error.replayable);
}

function readIdempotencyKey({ headers }: VendorRequest): string | undefined {
  const key = headers["idempotency-key"];
  return typeof key === "string" && key !== "" ? key : undefined;
}

function readParams({ method, query, headers, body }: VendorRequest): FormObject {
  if (body === "" || method === "GET") return parseForm(query);
  const contentType = headers["content-type"] ?? "";
  if (!contentType.toLowerCase().startsWith("application/x-www-form-urlencoded")) {
    throw invalidRequest(
      contentType.toLowerCase().startsWith("application/json")
        ? "Invalid request (check that your POST content type is application/x-www-form-urlencoded). " +
            "If you have any questions, we can help at https://support.stripe.com/."
        : `Invalid request: unsupported Content-Type ${contentType}. ` +
            "If error persists and you need assistance, please contact support@stripe.com.",
    );
  }
  return parseForm(query, body);
}

function toHeaders({ method, headers }: VendorRequest, requestId: string): Record<string, string> {
  const version = headers["stripe-version"];
  const key = method === "POST" ? headers["idempotency-key"] : undefined;
  return {
    "Request-Id": requestId,
    "Stripe-Version": typeof version === "string" ? version : defaultVersion,
    ...(typeof key === "string" ? { "Idempotency-Key": key, "Original-Request": requestId } : {}),
  };
}

function toFaultError(status: number): StripeErrorFields {
  if (status === 402) {
    return {
      type: "card_error",
      code: "card_declined",
      decline_code: "generic_decline",
      message: "Your card was declined.",
    };
  }
  if (status === 429) {
    return {
      type: "invalid_request_error",
      code: "rate_limit",
      message: "Request rate limit exceeded. You can retry with backoff.",
    };
  }
  return status >= 500
    ? { type: "api_error", message: "An unknown error occurred" }
    : { type: "invalid_request_error", message: `Refused with ${status} by a sandbox fault` };
}
