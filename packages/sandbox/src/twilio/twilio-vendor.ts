import { answerOrRefuse, faultBodyAnswer, jsonAnswer, toRefusal } from "../json-answer.ts";
import type { VendorContext } from "../sandbox-server.ts";
import type { Answer, Perform, Vendor, VendorRequest } from "../vendor.ts";
import { newToken, type TwilioCall, type TwilioWorld } from "./account.ts";
import { authenticate, chooseWallet } from "./authenticate.ts";
import { notFound, refuse, toFaultError } from "./errors.ts";
import { routes } from "./routes.ts";

export interface TwilioVendorOptions extends VendorContext {
  readonly world: TwilioWorld;
  /** Restores the initial accounts. */
  resetWorld(): void;
}

/** Emulates Twilio: authenticate, find the route and the account, read the form, run the call. No call is idempotent. */
export function createTwilioVendor({ world, resetWorld, ledger, now }: TwilioVendorOptions): Vendor {
  async function answerOrThrow(request: VendorRequest, perform: Perform): Promise<Answer> {
    const caller = authenticate(request.headers.authorization ?? "", world);
    const found = routes.find(request.method, request.path);
    if (!found) {
      throw routes.hasPath(request.path) ? refuse(405, 20004, "Method not allowed") : notFound(request.path);
    }
    const { handler, params: names } = found;
    const account = chooseWallet(caller, names.account, world);
    const form = readForm(request);
    const key = request.headers["idempotency-key"];
    return perform(() =>
      answerOrRefuse(() => {
        let effects = 0;
        const call: TwilioCall = {
          world,
          account,
          path: request.path,
          names,
          query: new URLSearchParams(request.query),
          form,
          nowMs: now(),
          record(effect) {
            effects += 1;
            ledger.record({
              ...effect,
              vendor: "twilio",
              amountMinor: 0,
              currency: "usd",
              livemode: true,
              ...(typeof key === "string" ? { idempotencyKey: key } : {}),
            });
          },
        };
        const body = handler(call);
        if (effects > 0 || request.method !== "GET") ledger.countExecutedCall();
        return jsonAnswer(request.method === "POST" ? 201 : 200, body);
      }),
    );
  }

  resetWorld();
  return {
    replaysServerErrors: false,
    async answer(request, perform) {
      const answer = await answerOrThrow(request, perform).catch(toRefusal);
      return { ...answer, headers: { ...answer.headers, ...toHeaders(answer.status) } };
    },
    faultAnswer(_request, status, body) {
      return faultBodyAnswer(status, body ?? toFaultError(status), toHeaders(status));
    },
    reset: resetWorld,
  };
}

function readForm({ body, headers }: VendorRequest): URLSearchParams {
  if (body === "") return new URLSearchParams();
  const contentType = headers["content-type"] ?? "";
  if (!contentType.toLowerCase().startsWith("application/x-www-form-urlencoded")) {
    throw refuse(415, 20415, `Unsupported Content-Type: ${contentType}`);
  }
  return new URLSearchParams(body);
}

function toHeaders(status: number): Record<string, string> {
  return {
    "Twilio-Request-Id": `RQ${newToken()}`,
    ...(status === 401 ? { "WWW-Authenticate": 'Basic realm="Twilio API"' } : {}),
  };
}
