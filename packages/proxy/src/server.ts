import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  ServerResponse,
  STATUS_CODES,
} from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { type Refusal, toErrorAnswer } from "@keybrake/core/protocol";
import type { Address } from "./config/address.ts";
import { type Connections, followConnections } from "./connections.ts";
import { createId } from "./secrets.ts";

/** An address that could not be listened on. The message is one sentence. */
export class ListenError extends Error {
  override readonly name = "ListenError";
}

// Longer than the idle time of usual load balancers, which would otherwise meet connections closed under them.
const KEEP_ALIVE_MS = 75_000;
const LINGER_MS = 1000;

/** An HTTP server, and the connections to it. */
export interface HttpServer {
  readonly server: Server;
  readonly connections: Connections;
}

/** An HTTP server whose own refusals, too, are in the one envelope. */
export function createHttpServer(answer: RequestListener): HttpServer {
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, requireHostHeader: false });
  const connections = followConnections(server);
  const listener: RequestListener = (request, response) => {
    connections.follow(request, response);
    answer(request, response);
  };
  server.on("request", listener);
  // Without a listener for "upgrade" node hands such a request on as an ordinary one; and so it is refused and
  // entered in the audit like one. The same for an Expect that node does not know.
  server.on("checkExpectation", listener);
  server.on("connect", (_request: IncomingMessage, socket: Duplex) =>
    answerSocket(socket, {
      code: "malformed_request",
      message:
        "Malformed request: the proxy takes no CONNECT. Nothing was forwarded. Send the request itself to /VENDOR/PATH.",
    }),
  );
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => answerSocket(socket, toRefusal(error)));
  return { server, connections };
}

/** Starts to listen. @throws {ListenError} */
export function listen({ server }: HttpServer, { host, port }: Address): Promise<Address> {
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

/** Closes a server: no new connections, and those that are open once their last response has ended. */
export function closeServer({ server, connections }: HttpServer): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    connections.closeIdle();
  });
}

/** Whether an answer to an earlier request is on its way: it can be neither followed nor overtaken by another. */
function isAnswering(socket: Duplex): boolean {
  const current = "_httpMessage" in socket ? socket._httpMessage : undefined;
  return current instanceof ServerResponse && (current.headersSent || current.req.complete);
}

function toRefusal({ code, message }: NodeJS.ErrnoException): Refusal {
  if (code === "HPE_HEADER_OVERFLOW") {
    return {
      code: "request_too_large",
      message:
        "The request line and headers are larger than 16 KiB. Nothing was forwarded. Send fewer or shorter headers.",
    };
  }
  const why =
    code === "HPE_INVALID_URL"
      ? "the request target holds a character that must be percent-encoded"
      : message.replace(/^Parse Error: /, "");
  return { code: "malformed_request", message: `Malformed request: ${why}. Nothing was forwarded.` };
}

/** Answers where there is no response to write to, and closes the connection. */
function answerSocket(socket: Duplex, refusal: Refusal): void {
  if (!socket.writable || isAnswering(socket)) {
    socket.destroy();
    return;
  }
  const { status, headers, body } = toErrorAnswer(refusal, createId("req"));
  const text = JSON.stringify(body);
  const head = Object.entries({ ...headers, connection: "close", "content-length": Buffer.byteLength(text) });
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    ...head.map(([name, value]) => `${name}: ${value}`),
  ];
  socket.on("error", () => {});
  socket.end(`${lines.join("\r\n")}\r\n\r\n${text}`);
  // What the caller still sends is dropped, for a while: closing at once could swallow the answer.
  socket.resume();
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}
