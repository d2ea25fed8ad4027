import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** A request as the vendor got it. */
export interface SeenRequest {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** What the vendor does: an answer, or a connection that breaks once the request has arrived. */
export type VendorMove =
  | { status?: number; headers?: Record<string, string>; json?: unknown; text?: string; delayMs?: number }
  | "reset"
  | "hang";

/** A vendor that does what a test tells it to, over real HTTP. */
export interface ScriptedVendor {
  url: string;
  seen: SeenRequest[];
  /** Moves for the next requests, in order; beyond them, `otherwise`. */
  moves: VendorMove[];
  otherwise: (request: SeenRequest) => VendorMove;
  close(): Promise<void>;
}

export async function startScriptedVendor(): Promise<ScriptedVendor> {
  const vendor: ScriptedVendor = {
    url: "",
    seen: [],
    moves: [],
    otherwise: () => ({ status: 500, json: { error: { message: "no move was scripted" } } }),
    close: () => close(server),
  };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const seen: SeenRequest = {
      method: request.method ?? "",
      url: request.url ?? "",
      headers: request.headers,
      body: Buffer.concat(chunks).toString(),
    };
    vendor.seen.push(seen);
    const move = vendor.moves.shift() ?? vendor.otherwise(seen);
    if (move === "hang") return;
    if (move === "reset") {
      request.socket.resetAndDestroy();
      return;
    }
    const { status = 200, headers = {}, json, text = JSON.stringify(json) ?? "", delayMs = 0 } = move;
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(text);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  vendor.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return vendor;
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, "close");
}
