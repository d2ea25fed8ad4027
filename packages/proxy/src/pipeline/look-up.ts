import type { JsonValue, LookUpBody } from "@keybrake/vendors";
import { toJson } from "@keybrake/vendors";
import type { Dispatcher } from "undici";
import { KEY_REVOKED, Refused } from "../refusals/refused.ts";
import type { Call } from "./call.ts";
import { toOrigin } from "./forward.ts";
import type { VendorHeaders } from "./identify.ts";
import { isTimeout, type Upstreams } from "./upstreams.ts";
import { toVendorHeaders } from "./vendor-headers.ts";

/**
 * Reads an object of the vendor on behalf of a call; `undefined` where there is none.
 *
 * @throws {Refused} the vendor gave no answer
 */
export type LookUp = (call: Call, path: string, body?: LookUpBody) => Promise<JsonValue | undefined>;

/** For operators who want no request but the caller's own to reach the vendor. */
export const NO_LOOK_UP: LookUp = async () => undefined;

/** Looks objects up with the credential and the account of the call itself. */
export function createLookUp(upstreams: Upstreams, maxBytes: number): LookUp {
  return async (call, path, body) => {
    const headers = toReadingHeaders(call);
    if (body) headers["content-type"] = "form" in body ? FORM : "application/json";
    const request = body ? { method: "POST" as const, body: toText(body) } : { method: "GET" as const };
    try {
      const found = await new Promise<JsonValue | undefined>((resolve, reject) => {
        upstreams
          .get(toOrigin(call))
          .dispatch({ ...request, path, headers }, new Reading(call, maxBytes, resolve, reject));
      });
      if (found === undefined && !body) call.missing ??= path.split("?", 1)[0];
      return found;
    } catch (error) {
      throw toRefused(call, error as Error);
    }
  };
}

const FORM = "application/x-www-form-urlencoded";

function toText(body: LookUpBody): string {
  if ("json" in body) return body.json;
  return body.form.map((pair) => pair.map(encodeURIComponent).join("=")).join("&");
}

/** What identifies a call at the vendor, for a request of the proxy's own. */
export function toReadingHeaders(call: Call): VendorHeaders {
  const headers = toVendorHeaders(call);
  for (const name of ["content-type", "content-length", "idempotency-key"]) delete headers[name];
  return headers;
}

const NO_SUCH_OBJECT = new Set([400, 404, 410]);

/** Collects one object. A key revoked meanwhile must not even read any more. */
class Reading implements Dispatcher.DispatchHandler {
  readonly #call: Call;
  readonly #maxBytes: number;
  readonly #resolve: (found: JsonValue | undefined) => void;
  readonly #reject: (error: Error) => void;
  readonly #chunks: Buffer[] = [];
  #length = 0;
  #status = 0;

  constructor(
    call: Call,
    maxBytes: number,
    resolve: (found: JsonValue | undefined) => void,
    reject: (error: Error) => void,
  ) {
    this.#call = call;
    this.#maxBytes = maxBytes;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#call.stopped) controller.abort(new Error("stopped before it was sent"));
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number): void {
    this.#status = status;
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    if (this.#length <= this.#maxBytes) return;
    controller.abort(new Error("too large to be read"));
  }

  onResponseEnd(): void {
    // "There is no such object" is an answer; a vendor that fails or refuses to say leaves the call without a bound.
    const found = this.#status === 200 ? toJson(Buffer.concat(this.#chunks)) : undefined;
    if (found !== undefined || NO_SUCH_OBJECT.has(this.#status)) this.#resolve(found);
    else this.#reject(new Error(`no object, but ${this.#status}`));
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#reject(error);
  }
}

function toRefused({ stopped, vendor }: Call, error: Error): Refused {
  if (stopped) return new Refused({ code: "key_revoked", message: KEY_REVOKED });
  const what = `Keybrake has to look up what the call can cost at ${vendor.name} first`;
  return isTimeout(error)
    ? new Refused({
        code: "upstream_timeout",
        message: `${what}, and ${vendor.name} didn't respond in time. Nothing was forwarded. It's safe to retry.`,
        retryable: true,
      })
    : new Refused({
        code: "upstream_unreachable",
        message: `${what}, and the lookup failed. Nothing was forwarded. It's safe to retry.`,
        retryable: true,
      });
}
