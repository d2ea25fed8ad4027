/**
 * What forwarding costs without any check: `bare-proxy.ts PORT UPSTREAM`. A small body is collected and sent as one
 * buffer, responses are streamed back, the caller's credential is replaced.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type Dispatcher, Pool } from "undici";

const CREDENTIAL = `Bearer sk_live_${"0".repeat(24)}`;
const SMALL_BODY = 65_536;
const HOP_BY_HOP = [
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];
const NOT_FORWARDED = new Set([...HOP_BY_HOP, "host", "authorization", "expect", "proxy-authorization"]);
const NOT_RETURNED = new Set(HOP_BY_HOP);

const [port, upstream = ""] = process.argv.slice(2);
const pool = new Pool(upstream, { connections: 128 });

class Exchange implements Dispatcher.DispatchHandler {
  readonly #response: ServerResponse;
  #controller: Dispatcher.DispatchController | undefined;
  #left = Number.NaN;

  constructor(response: ServerResponse) {
    this.#response = response;
    response.on("close", () => {
      if (!response.writableFinished) this.#controller?.abort(new Error("the client disconnected"));
    });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    const returned: Record<string, string | string[]> = {};
    for (const name in headers) {
      const value = headers[name];
      if (value !== undefined && !NOT_RETURNED.has(name)) returned[name] = value;
    }
    this.#left = Number(headers["content-length"]);
    this.#response.writeHead(status, returned);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#left -= chunk.length;
    // The last piece and the end leave in one write.
    if (this.#left === 0) this.#response.end(chunk);
    else if (!this.#response.write(chunk)) {
      controller.pause();
      this.#response.once("drain", () => controller.resume());
    }
  }

  onResponseEnd(): void {
    if (!this.#response.writableEnded) this.#response.end();
  }

  onResponseError(): void {
    if (!this.#response.headersSent) this.#response.writeHead(502).end();
    else this.#response.destroy();
  }
}

function forward(request: IncomingMessage, response: ServerResponse): void {
  const exchange = new Exchange(response);
  const headers = ["authorization", CREDENTIAL];
  const { rawHeaders } = request;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? "";
    if (!NOT_FORWARDED.has(name.toLowerCase())) headers.push(name, rawHeaders[index + 1] ?? "");
  }
  const send = (body: Buffer | IncomingMessage | null): void => {
    pool.dispatch(
      { path: request.url ?? "/", method: request.method as Dispatcher.HttpMethod, headers, body },
      exchange,
    );
  };
  if (request.method === "GET") send(null);
  else if (Number(request.headers["content-length"]) <= SMALL_BODY) collect(request, send);
  else send(request);
}

function collect(request: IncomingMessage, then: (body: Buffer | null) => void): void {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => then(chunks.length === 1 ? (chunks[0] ?? null) : Buffer.concat(chunks)));
}

createServer(forward).listen(Number(port), "127.0.0.1");
