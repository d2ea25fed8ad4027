import type { Socket } from "node:net";

const HEAD_START = Buffer.from("HTTP/1.1 100");
const HEAD_END = Buffer.from("\r\n\r\n");
/** No interim response is longer. */
const MOST_BYTES = 16_384;

/**
 * Hides `100 Continue` from undici, which takes one it hasn't asked for as a broken response (RFC 9110, 15.2: a client
 * must be able to parse it). Other interim responses undici skips by itself.
 *
 * Looks only at the bytes that follow a request's head, until the first byte of a response that isn't 100.
 */
export function skipContinue<Connection extends Socket>(socket: Connection): Connection {
  const read = socket.read.bind(socket);
  const write = socket.write.bind(socket);
  let awaitsHead = false;
  let held: Buffer | undefined;

  /** What of some bytes undici gets; `null` while they may still be an interim response. */
  function filter(bytes: Buffer): Buffer | null {
    let rest = bytes;
    while (startsLike(rest)) {
      const end = rest.indexOf(HEAD_END);
      if (end === -1 && rest.length < MOST_BYTES) {
        held = rest;
        return null;
      }
      if (end === -1) break;
      rest = rest.subarray(end + HEAD_END.length);
      if (rest.length === 0) return null;
    }
    awaitsHead = false;
    return rest;
  }

  socket.read = (size?: number) => {
    const chunk: Buffer | null = read(size);
    if (chunk === null || !awaitsHead) return chunk;
    const bytes = held ? Buffer.concat([held, chunk]) : chunk;
    held = undefined;
    return filter(bytes);
  };
  socket.write = ((...args: Parameters<typeof write>) => {
    // undici writes the head of a request as a string. So are the lengths of a chunked body, which begin with CR or 0.
    if (typeof args[0] === "string" && /^[A-Z]/.test(args[0])) awaitsHead = true;
    return write(...args);
  }) as typeof socket.write;
  return socket;
}

/** Whether bytes begin as `100 Continue` does, as far as there are any. */
function startsLike(bytes: Buffer): boolean {
  const length = Math.min(bytes.length, HEAD_START.length);
  return bytes.subarray(0, length).equals(HEAD_START.subarray(0, length));
}
