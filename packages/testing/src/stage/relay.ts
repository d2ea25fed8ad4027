import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import type { KeybrakeOptions } from "@keybrake/core";
import { CONTROL_PATH, VENDORS_PATH } from "./wire.ts";

/** Whether a path of the stage is one that the client over there takes for Keybrake's. */
export function isForKeybrake(path = ""): boolean {
  return path.startsWith(CONTROL_PATH) || path.startsWith(VENDORS_PATH);
}

/** Hands a call on to the Keybrake of the suite, with its faults. */
export async function relayToKeybrake(
  { fetch: send = fetch, token, apiUrl, proxyUrl }: KeybrakeOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = "GET", url = "" } = request;
  const { host: _host, connection: _connection, "content-length": _length, ...headers } = request.headers;
  const control = url.startsWith(CONTROL_PATH);
  if (control) headers.authorization = `Bearer ${token}`;
  const body = await text(request);
  try {
    const answer = await send(
      control ? `${apiUrl}${url.slice(CONTROL_PATH.length)}` : `${proxyUrl}${url.slice(VENDORS_PATH.length)}`,
      {
        method,
        headers: headers as Record<string, string>,
        redirect: "manual",
        ...(body === "" ? {} : { body }),
      },
    );
    const kept = [...answer.headers].filter(([name]) => !FRAMING.has(name));
    response.writeHead(answer.status, Object.fromEntries(kept));
    response.end(new Uint8Array(await answer.arrayBuffer()));
  } catch {
    // Not a broken connection: some runtimes try those again by themselves.
    response.writeHead(502).end();
  }
}

/** Headers that tell how the other connection framed the body. */
const FRAMING = new Set([
  "content-encoding",
  "content-length",
  "transfer-encoding",
  "connection",
  "keep-alive",
]);
