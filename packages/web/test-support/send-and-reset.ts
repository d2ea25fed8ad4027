import { request as startRequest } from "node:http";
import { Readable } from "node:stream";

/**
 * As `fetch`, but a caller that leaves resets its connection, as one does whose process or network is gone. workerd
 * takes a connection that is merely closed for that of a caller who has said all it had to say and still listens.
 */
export function sendAndReset(url: string, { method, headers, signal }: RequestInit): Promise<Response> {
  return new Promise((resolve, reject) => {
    const request = startRequest(url, { method, headers: headers as Record<string, string>, agent: false });
    request.once("response", (incoming) => {
      incoming.once("error", reject);
      resolve(new Response(Readable.toWeb(incoming) as ReadableStream, { status: incoming.statusCode ?? 0 }));
    });
    request.once("error", reject);
    request.end();
    signal?.addEventListener("abort", () => request.socket?.resetAndDestroy());
  });
}
