import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

const LINGER_MS = 1000;

/** The connections of a server, and when each may be closed. */
export interface Connections {
  /** Counts a request on its connection until its response has ended. */
  follow(request: IncomingMessage, response: ServerResponse): void;
  /** From now on, closes each connection without a request in flight, at once or after its last response. */
  closeIdle(): void;
}

/**
 * Follows the connections of a server. Node's own `closeIdleConnections` leaves a connection open that has not sent a
 * whole request yet: a browser's pre-connect or a TCP probe would hold up the shutdown for as long as it likes.
 */
export function followConnections(server: Server): Connections {
  const inFlight = new Map<Socket, number>();
  let isClosing = false;

  server.on("connection", (socket: Socket) => {
    inFlight.set(socket, 0);
    socket.once("close", () => inFlight.delete(socket));
  });

  function endIfIdle(socket: Socket): void {
    if (!isClosing || inFlight.get(socket) !== 0) return;
    socket.end();
    // A client that never closes its side must not hold up the shutdown.
    setTimeout(() => socket.destroy(), LINGER_MS).unref();
  }

  return {
    follow({ socket }, response) {
      // After a reset the request has no socket any more, so it is taken here.
      if (!inFlight.has(socket)) return;
      inFlight.set(socket, (inFlight.get(socket) ?? 0) + 1);
      response.once("close", () => {
        const left = inFlight.get(socket);
        if (left === undefined) return;
        inFlight.set(socket, left - 1);
        // With several requests on a connection, only the last response may end it.
        endIfIdle(socket);
      });
    },
    closeIdle() {
      isClosing = true;
      for (const [socket, count] of inFlight) if (count === 0) socket.destroy();
    },
  };
}
