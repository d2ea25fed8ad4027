import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  STATUS_CODES,
} from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { type Refusal, toErrorAnswer } from "@keybrake/core/protocol";
import type { Address } from "./config.ts";
import { createId } from "./secrets.ts";

/** An address that could not be listened on. The message is one sentence. */
export class ListenError extends Error {
  override readonly name = "ListenError";
}

// Longer than the idle time of usual load balancers, which would otherwise meet connections closed under them.
const KEEP_ALIVE_MS = 75_000;

/** An HTTP server whose own refusals, too, are in the one envelope. */
export function createHttpServer(listener: RequestListener): Server {
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, requireHostHeader: false }, listener);
  const refuseSocket = (_request: IncomingMessage, socket: Duplex): void =>
    answerSocket(socket, {
      code: "malformed_request",
      message: "Malformed request: Upgrade and CONNECT are not served.",
    });
  server.on("upgrade", refuseSocket);
  server.on("connect", refuseSocket);
  server.on("checkExpectation", (_request, response) => {
    answerSocket(response.socket, {
      code: "malformed_request",
      message: "Malformed request: unknown Expect.",
    });
  });
  server.on("clientError", (_error, socket) => {
    answerSocket(socket, {
      code: "malformed_request",
      message: "Malformed request: this is not proper HTTP.",
    });
  });
  return server;
}

/** Starts to listen. @throws {ListenError} */
export function listen(server: Server, { host, port }: Address): Promise<Address> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const why = error.code === "EADDRINUSE" ? "the port is in use" : (error.code ?? error.message);
      reject(new ListenError(`can't listen on ${host}:${port}: ${why}`));
    });
    server.listen(port, host, () => {
      server.removeAllListeners("error");
      resolve({ host, port: (server.address() as AddressInfo).port });
    });
  });
}

/** Ends a server: no new connections, idle ones closed, busy ones when their answers have ended. */
export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
}

function answerSocket(socket: Duplex | null, refusal: Refusal): void {
  if (!socket?.writable) return;
  const { status, headers, body } = toErrorAnswer(refusal, createId("req"));
  const text = JSON.stringify(body);
  const head = Object.entries({ ...headers, connection: "close", "content-length": Buffer.byteLength(text) });
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    ...head.map(([name, value]) => `${name}: ${value}`),
  ];
  socket.end(`${lines.join("\r\n")}\r\n\r\n${text}`);
}
