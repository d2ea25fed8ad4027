import type { JsonValue } from "../reading/json-body.ts";
import { toJson } from "../vendors/vendor-answer.ts";
import type { Call } from "./call.ts";
import type { Upstreams } from "./upstreams.ts";
import { toVendorHeaders } from "./vendor-headers.ts";

/** Reads an object of the vendor on behalf of a call; `undefined` where there is none. */
export type LookUp = (call: Call, path: string) => Promise<JsonValue | undefined>;

/** For operators who want no request but the caller's own to reach the vendor. */
export const NO_LOOK_UP: LookUp = async () => undefined;

/** Looks objects up with the credential and the account of the call itself. */
export function createLookUp(upstreams: Upstreams, maxBytes: number, timeoutMs: number): LookUp {
  return async (call, path) => {
    const headers = toVendorHeaders(call);
    for (const name of ["content-type", "content-length", "idempotency-key"]) delete headers[name];
    const { statusCode, body } = await upstreams.get(call.vendor.upstream).request({
      method: "GET",
      path,
      headers,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
    });
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > maxBytes) return undefined;
      chunks.push(chunk);
    }
    return statusCode === 200 ? toJson(Buffer.concat(chunks)) : undefined;
  };
}
