import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { createKeybrake, type VaultKey } from "../src/index.ts";
import { type ErrorCode, toErrorAnswer } from "../src/protocol.ts";
import { issuedKey } from "./fake-api.ts";

/** A control API and a proxy on a real port: what an SDK does on the wire is what counts. */
export interface ApiServer extends AsyncDisposable {
  readonly origin: string;
  /** The calls that reached the proxy. */
  readonly seen: SeenCall[];
  /** What a vendor answers, unless the proxy refuses with this code. */
  refuse: ErrorCode | undefined;
  issue(vendor: string): Promise<VaultKey>;
}

export interface SeenCall {
  method: string | undefined;
  url: string | undefined;
  headers: IncomingMessage["headers"];
  body: string;
}

/** @param answer the vendor's, as JSON */
export async function startApiServer(answer: unknown): Promise<ApiServer> {
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const { method, url, headers } = request;
    if (url === "/v1/keys") {
      return response.writeHead(201).end(JSON.stringify(issuedKey(JSON.parse(body))));
    }
    api.seen.push({ method, url, headers, body });
    if (api.refuse) {
      const refusal = toErrorAnswer({ code: api.refuse, message: `refused: ${api.refuse}` }, "req_1");
      return response.writeHead(refusal.status, refusal.headers).end(JSON.stringify(refusal.body));
    }
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const api: ApiServer = {
    origin,
    seen: [],
    refuse: undefined,
    issue: (vendor) =>
      createKeybrake({ token: "kb", apiUrl: origin }).issue({ label: "agent/7", vendor, uncapped: true }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return api;
}
