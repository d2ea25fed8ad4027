import { Agent, type IncomingHttpHeaders, request } from "node:http";
import { connect } from "node:net";

/** An answer, read to its end. */
export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  /** The body as JSON, `undefined` where it is none. */
  json: unknown;
}

export interface SendOptions {
  headers?: Record<string, string | string[]>;
  body?: string | Buffer;
}

export interface Sender {
  send(method: string, path: string, options?: SendOptions): Promise<Answer>;
  close(): void;
}

/** A plain HTTP client on kept connections. Unlike `fetch` it changes nothing in a path. */
export function createSender(port: number, onAnswer: (answer: Answer) => void = () => {}): Sender {
  const agent = new Agent({ keepAlive: true });
  return {
    send: (method, path, { headers = {}, body } = {}) =>
      new Promise((resolve, reject) => {
        const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
        const sent = request(
          { host: "127.0.0.1", port, method, path, agent, headers: { ...length, ...headers } },
          (response) => {
            const chunks: Buffer[] = [];
            response.on("data", (chunk: Buffer) => chunks.push(chunk));
            response.on("error", reject);
            response.on("end", () => {
              const text = Buffer.concat(chunks).toString();
              const { statusCode: status = 0, headers } = response;
              const answer = { status, headers, text, json: toJson(text) };
              onAnswer(answer);
              resolve(answer);
            });
          },
        );
        sent.on("error", reject);
        sent.end(body);
      }),
    close: () => agent.destroy(),
  };
}

/** What a server answers to these exact bytes: one answer, or what there is when it closes the connection. */
export function sendRaw(port: number, bytes: string | Buffer): Promise<string> {
  return exchange(port, bytes, isWhole);
}

/** The same, and everything until the server closes the connection. */
export function sendAll(port: number, bytes: string | Buffer): Promise<string> {
  return exchange(port, bytes, () => false);
}

function exchange(
  port: number,
  bytes: string | Buffer,
  isEnough: (text: string) => boolean,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    const chunks: Buffer[] = [];
    socket.on("connect", () => socket.write(bytes));
    socket.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      if (isEnough(Buffer.concat(chunks).toString("latin1"))) finish();
    });
    // A reset after the answer is an end, too.
    const finish = (error?: Error): void => {
      if (error && chunks.length === 0) reject(error);
      else resolve(Buffer.concat(chunks).toString("latin1"));
      socket.destroy();
    };
    socket.on("error", finish);
    socket.on("close", () => finish());
    socket.on("end", () => finish());
  });
}

function isWhole(text: string): boolean {
  const border = text.indexOf("\r\n\r\n");
  const length = /\r\ncontent-length: (\d+)\r\n/i.exec(text.slice(0, border + 2))?.[1];
  return border !== -1 && length !== undefined && text.length >= border + 4 + Number(length);
}

/** The one answer in what {@link sendRaw} gave. */
export function parseRaw(text: string): Answer {
  const border = text.indexOf("\r\n\r\n");
  const [statusLine = "", ...lines] = text.slice(0, border).split("\r\n");
  const headers = Object.fromEntries(
    lines.map((line) => [
      line.slice(0, line.indexOf(":")).toLowerCase(),
      line.slice(line.indexOf(":") + 1).trim(),
    ]),
  );
  const body = text.slice(border + 4);
  return { status: Number(statusLine.split(" ")[1]), headers, text: body, json: toJson(body) };
}

function toJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
