/**
 * Sends one request over and over on keep-alive connections: each connection sends as soon as it has its response.
 * Raw sockets and prepared bytes, since it shares a core with the vendor and must not be what is measured. It is
 * spoken to by messages, a {@link LoadOrder} at a time, so that its own code stays compiled between windows.
 */
import { connect, type Socket } from "node:net";
import { type LoadOrder, type LoadResult, SEQUENCE } from "./load-order.ts";

const HEAD_END = "\r\n\r\n";
const LAST_CHUNK = "0\r\n\r\n";
let sequence = process.pid * 0x1000000;

process.on("message", (order: LoadOrder) => {
  run(order).then(
    (result) => process.send?.({ result }),
    (error: Error) => process.send?.({ error: error.message }),
  );
});

function run({ port, connections, request, status, until }: LoadOrder): Promise<LoadResult> {
  const latencies: number[] = [];
  let failures = 0;
  let firstFailure: string | undefined;
  let sent = 0;
  let open = connections;
  const most = "requests" in until ? until.requests : Number.POSITIVE_INFINITY;
  const startedAt = performance.now();
  const endsAt = "seconds" in until ? startedAt + until.seconds * 1000 : Number.POSITIVE_INFINITY;
  const expected = `HTTP/1.1 ${status}`;
  // One buffer for all: each piece is read to its end before the next arrives.
  const buffer = Buffer.allocUnsafe(65_536);

  return new Promise((resolve) => {
    const finish = (): void => {
      const seconds = (performance.now() - startedAt) / 1000;
      const sorted = Float64Array.from(latencies).sort();
      const at = (share: number): number =>
        Math.round((sorted[Math.floor((sorted.length - 1) * share)] ?? 0) * 1000);
      const requests = sorted.length;
      resolve({
        requests,
        perSecond: requests / seconds,
        p50: at(0.5),
        p99: at(0.99),
        failures,
        ...(firstFailure === undefined ? {} : { firstFailure }),
      });
    };

    const connectOne = (): void => {
      const bytes = Buffer.from(request, "latin1");
      const place = bytes.indexOf(SEQUENCE);
      let sentAt = 0;
      let head = "";
      // Bytes of the body that are still to come; -1 while the head is; Infinity if chunked.
      let left = -1;
      let tail = "";
      let done = false;

      const end = (socket: Socket): void => {
        if (done) return;
        done = true;
        socket.destroy();
        if (--open === 0) finish();
      };
      const send = (socket: Socket): void => {
        if (sent >= most || performance.now() >= endsAt) {
          end(socket);
          return;
        }
        sent++;
        // The last request has had its response, so the socket has nothing of these bytes left to send.
        if (place >= 0) bytes.write((sequence++).toString(16).padStart(12, "0"), place, "latin1");
        head = "";
        left = -1;
        tail = "";
        sentAt = performance.now();
        socket.write(bytes);
      };
      const fail = (socket: Socket, text: string): void => {
        failures++;
        firstFailure ??= text.slice(0, 1000);
        end(socket);
      };
      const read = (socket: Socket, size: number): void => {
        let from = 0;
        if (left < 0) {
          head += buffer.toString("latin1", 0, size);
          const headEnd = head.indexOf(HEAD_END);
          if (headEnd < 0) return;
          from = size - (head.length - headEnd - HEAD_END.length);
          if (!head.startsWith(expected)) {
            fail(socket, head);
            return;
          }
          const length = /\r\ncontent-length: *(\d+)/i.exec(head);
          left = length ? Number(length[1]) : Number.POSITIVE_INFINITY;
        }
        if (left === Number.POSITIVE_INFINITY) {
          // Enough for the vendor of this folder: none of its bodies ends like this before its last chunk.
          tail = (tail + buffer.toString("latin1", Math.max(from, size - LAST_CHUNK.length), size)).slice(
            -LAST_CHUNK.length,
          );
          if (tail !== LAST_CHUNK) return;
        } else {
          left -= size - from;
          if (left > 0) return;
        }
        latencies.push(performance.now() - sentAt);
        send(socket);
      };

      const socket: Socket = connect({
        port,
        host: "127.0.0.1",
        noDelay: true,
        onread: {
          buffer,
          callback: (size) => {
            read(socket, size);
            return true;
          },
        },
      });
      socket.once("connect", () => send(socket));
      socket.once("error", (error) => fail(socket, error.message));
      socket.once("close", () => {
        if (!done) fail(socket, "the connection was closed");
      });
    };
    for (let count = 0; count < connections; count++) connectOne();
  });
}
