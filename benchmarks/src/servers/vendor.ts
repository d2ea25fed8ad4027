/**
 * A vendor that answers each request with the same payment, under a new id: `vendor.ts PORT [KEY CERTIFICATE]`.
 * A GET of `/v1/files/…` gets 1 MB in chunks. Raw sockets, since it shares a core with the load generator.
 */
import { readFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { AMOUNT } from "../requests.ts";

const HEAD_END = "\r\n\r\n";
const ID_PLACEHOLDER = "0000000000000000AAAAAAAA";
const BODY = JSON.stringify(
  {
    id: `pi_${ID_PLACEHOLDER}`,
    object: "payment_intent",
    amount: AMOUNT,
    amount_capturable: 0,
    amount_details: { tip: {} },
    amount_received: 0,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: { allow_redirects: "always", enabled: true },
    canceled_at: null,
    cancellation_reason: null,
    capture_method: "automatic",
    client_secret: "pi_of_the_benchmark_secret_of_the_benchmark",
    confirmation_method: "automatic",
    created: 1_780_000_000,
    currency: "usd",
    customer: null,
    description: "Order 1042",
    last_payment_error: null,
    latest_charge: null,
    livemode: true,
    metadata: { order: "1042" },
    next_action: null,
    on_behalf_of: null,
    payment_method: null,
    payment_method_options: { card: { network: null, request_three_d_secure: "automatic" } },
    payment_method_types: ["card", "link"],
    receipt_email: null,
    setup_future_usage: null,
    shipping: null,
    source: null,
    statement_descriptor: null,
    status: "requires_payment_method",
    transfer_data: null,
  },
  null,
  2,
);
const HEADERS = [
  "Server: nginx",
  "Date: Thu, 01 Jan 2026 00:00:00 GMT",
  "Content-Type: application/json",
  "Connection: keep-alive",
  "Access-Control-Allow-Credentials: true",
  "Access-Control-Allow-Methods: GET, HEAD, PUT, PATCH, POST, DELETE",
  "Access-Control-Allow-Origin: *",
  "Access-Control-Expose-Headers: Request-Id, Stripe-Manage-Version, Stripe-Should-Retry",
  "Access-Control-Max-Age: 300",
  "Cache-Control: no-cache, no-store",
  "Request-Id: req_benchmark00001",
  "Stripe-Should-Retry: false",
  "Stripe-Version: 2026-10-28.basil",
  "Vary: Origin",
  "X-Stripe-Priority-Routing-Enabled: true",
  "Strict-Transport-Security: max-age=63072000; includeSubDomains; preload",
];
const PAYMENT = Buffer.from(
  ["HTTP/1.1 200 OK", ...HEADERS, `Content-Length: ${Buffer.byteLength(BODY)}`, "", BODY].join("\r\n"),
);
const ID_PLACE = PAYMENT.indexOf(ID_PLACEHOLDER);
const CHUNK = Buffer.from(`10000\r\n${"x".repeat(65_536)}\r\n`);
const FILE = Buffer.concat([
  Buffer.from(["HTTP/1.1 200 OK", ...HEADERS, "Transfer-Encoding: chunked", "", ""].join("\r\n")),
  ...Array.from({ length: 16 }, () => CHUNK),
  Buffer.from("0\r\n\r\n"),
]);
let answered = 0;

function serve(socket: Socket): void {
  let text = "";
  socket.setNoDelay(true);
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk) => {
    text += chunk.toString("latin1");
    let size = measureRequest(text);
    while (size > 0) {
      socket.write(text.startsWith("GET /v1/files/") ? FILE : makePayment());
      text = text.slice(size);
      size = measureRequest(text);
    }
  });
}

/** The length of the first request, 0 while it is not all there. */
function measureRequest(text: string): number {
  const headEnd = text.indexOf(HEAD_END);
  if (headEnd < 0) return 0;
  const bodyStart = headEnd + HEAD_END.length;
  const head = text.slice(0, headEnd);
  if (/\r\ntransfer-encoding: *chunked/i.test(head)) {
    const last = text.indexOf("0\r\n\r\n", bodyStart);
    return last < 0 ? 0 : last + 5;
  }
  const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
  return text.length >= bodyStart + length ? bodyStart + length : 0;
}

function makePayment(): Buffer {
  const payment = Buffer.from(PAYMENT);
  payment.write((answered++).toString(16).padStart(16, "0"), ID_PLACE, "latin1");
  return payment;
}

const [port, keyFile, certificateFile] = process.argv.slice(2);
const server =
  keyFile === undefined || certificateFile === undefined
    ? createServer(serve)
    : createTlsServer({ key: readFileSync(keyFile), cert: readFileSync(certificateFile) }, serve);
server.listen(Number(port), "127.0.0.1");
