import { hostileAmounts } from "./hostile-amounts.ts";
import { AUTH, CHARGE, FORM, type HostileRequest, post } from "./hostile-request.ts";

const MALFORMED = ["malformed_request"] as const;

const paths: HostileRequest[] = [
  "/stripe/v1/refunds/../charges",
  "/stripe/v1/./charges",
  "/stripe/v1/%2e%2e/v1/charges",
  "/stripe/v1/%2E%2E/v1/charges",
  "/stripe/v1/.%2e/v1/charges",
  "/stripe/v1/%2e/charges",
  "/stripe/v1%2fcharges",
  "/stripe/v1%2Fcharges",
  "/stripe/v1%5ccharges",
  "/stripe/v1%5Ccharges",
  "/stripe/v1\\charges",
  "/stripe\\v1\\charges",
  "/stripe/v1//charges",
  "/stripe//v1/charges",
  "//stripe/v1/charges",
  "/stripe/v1/charges//",
  "/stripe/v1/charges;a=b",
  "/stripe/v1;/charges",
  "/stripe/v1/..;/v1/charges",
  "/stripe/v1/%3b/charges",
  "/stripe/v1/charges%00",
  "/stripe/v1/%00/charges",
  "/stripe/v1/charges%0d%0aX-Injected:%201",
  "/stripe/v1/charges%09",
  "/stripe/v1/charges%7f",
  "/stripe/v1/%252e%252e/charges",
  "/stripe/v1%252fcharges",
  "/stripe/v1/%25%32%65/charges",
  "/stripe/v1/%c0%ae%c0%ae/charges",
  "/stripe/v1/%c0%afcharges",
  "/stripe/v1/%e0%80%af/charges",
  "/stripe/v1/%ff/charges",
  "/stripe/v1/%zz/charges",
  "/stripe/v1/%/charges",
  "/stripe/v1/%2/charges",
  "/stripe/v1/%u002e%u002e/charges",
  "/stripe/v1/%ef%bc%8e%ef%bc%8e/charges",
  "/stripe/v1%ef%bc%8fcharges",
  "/stripe/v1/%e2%80%8b..%2f",
  "/stripe/v1/%e2%80%ae/charges",
  "/stripe/v1/..%20/charges",
  "/stripe/v1/charges#fragment",
  "/stripe/v1/charges?a=%c1%a1",
  "/stripe/v1/charges?a=b#fragment",
  "/stripe/v1/<script>",
  '/stripe/v1/"charges"',
  "/stripe/v1/{charges}",
  "/stripe/v1/^charges|",
  "/stripe/v1/ch\u00e4rges",
  "/../stripe/v1/charges",
  "/./stripe/v1/charges",
  "/%2e%2e/stripe/v1/charges",
  "/stripe",
  "/stripe/",
  "/stripe?amount=1",
  "http://api.stripe.com/v1/charges",
  "http://127.0.0.1/stripe/v1/charges",
  "https://api.stripe.com/v1/charges",
  "stripe/v1/charges",
  "*",
  "@stripe/v1/charges",
].map((target) => ({ name: `path ${target}`, bytes: post(target, AUTH), codes: MALFORMED }));

const methods: HostileRequest[] = [
  {
    name: "CONNECT",
    bytes: `CONNECT api.stripe.com:443 HTTP/1.1\r\nHost: proxy\r\n${AUTH}\r\n`,
    codes: MALFORMED,
  },
  ...["TRACE", "PROPFIND", "LOCK", "M-SEARCH", "post", "FOO", "GE T", "QUERY"].map((method) => ({
    name: `method ${method}`,
    bytes: post("/stripe/v1/charges", AUTH).replace("POST", method),
    codes: MALFORMED,
  })),
];

const headers: HostileRequest[] = (
  [
    ["two Authorizations", `${AUTH}Authorization: Bearer other\r\n`],
    ["two equal Authorizations", `${AUTH}${AUTH}`],
    ["two lengths", `${AUTH}Content-Length: 5\r\n`],
    ["a length and chunks", `${AUTH}Transfer-Encoding: chunked\r\n`],
    ["chunks under an odd name", `${AUTH}Transfer-Encoding: xchunked\r\n`],
    ["chunks, then something else", `${AUTH}Transfer-Encoding: chunked, identity\r\n`],
    ["chunks twice", `${AUTH}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n`],
    ["a space before the colon", `${AUTH}Transfer-Encoding : chunked\r\n`],
    ["two hosts", `${AUTH}Host: stripe.evil\r\n`],
    ["two content types", `${AUTH}Content-Type: application/json\r\n`],
    ["two idempotency keys", `${AUTH}Idempotency-Key: a\r\nIdempotency-Key: b\r\n`],
    ["Connection that drops the credential", `${AUTH}Connection: close, Authorization\r\n`],
    ["Connection that drops the account", `${AUTH}Connection: Stripe-Account\r\n`],
    ["Connection that drops the length", `${AUTH}Connection: content-length\r\n`],
    ["Connection that drops the idempotency key", `${AUTH}Connection: keep-alive, Idempotency-Key\r\n`],
    ["Upgrade to websocket", `${AUTH}Connection: Upgrade\r\nUpgrade: websocket\r\n`],
    ["Upgrade to h2c or websocket", `${AUTH}Connection: Upgrade\r\nUpgrade: h2c, websocket\r\n`],
    ["Upgrade twice", `${AUTH}Connection: Upgrade\r\nUpgrade: h2c\r\nUpgrade: websocket\r\n`],
    ["Upgrade that Connection does not name", `${AUTH}Upgrade: websocket\r\n`],
    ["an unknown Expect", `${AUTH}Expect: 200-ok\r\n`],
    ["a NUL in a value", `${AUTH}X-A: a\0b\r\n`],
    ["a NUL in a name", `${AUTH}X-\0A: a\r\n`],
    ["a bare CR in a value", `${AUTH}X-A: a\rb\r\n`],
    ["a name with a space", `${AUTH}X A: b\r\n`],
    ["a line without a colon", `${AUTH}garbage\r\n`],
    ["an empty name", `${AUTH}: a\r\n`],
  ] as const
).map(([name, lines]) => ({ name, bytes: post("/stripe/v1/charges", lines), codes: MALFORMED }));

const huge: HostileRequest[] = [
  {
    name: "headers of 64 KiB",
    bytes: post("/stripe/v1/charges", `${AUTH}X-Huge: ${"a".repeat(65_536)}\r\n`),
    codes: ["request_too_large"],
  },
  {
    name: "a path of 64 KiB",
    bytes: post(`/stripe/v1/${"a".repeat(65_536)}`, AUTH),
    codes: ["request_too_large"],
  },
  {
    name: "2,000 headers",
    bytes: post(
      "/stripe/v1/charges",
      `${AUTH}${Array.from({ length: 2000 }, (_, i) => `X-${i}: aaaa\r\n`).join("")}`,
    ),
    codes: ["request_too_large", "malformed_request"],
  },
];

const credentials: HostileRequest[] = (
  [
    ["no credential", ""],
    ["an obs-folded credential", "Authorization: Bearer\r\n {token}x\r\n"],
    ["a credential in another header", "X-Authorization: Bearer {token}\r\n"],
    ["a credential in Proxy-Authorization", "Proxy-Authorization: Bearer {token}\r\n"],
    ["a credential in a cookie", "Cookie: Authorization=Bearer {token}\r\n"],
    ["a credential under an underscore", "Authorization_: Bearer {token}\r\n"],
    ["a credential with one letter changed", "Authorization: Bearer {token}x\r\n"],
    [
      "a credential in capitals",
      "Authorization: Bearer VK_LIVE_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n",
    ],
    ["a credential of 10 KB", `Authorization: Bearer ${"v".repeat(10_000)}\r\n`],
    ["a credential with bytes beyond ASCII", "Authorization: Bearer \u00e9\u00e9\r\n"],
    ["SQL", "Authorization: Bearer ' OR 1=1 --\r\n"],
    ["two credentials in one", "Authorization: Bearer {token}, Bearer other\r\n"],
    ["a scheme twice", "Authorization: Bearer Bearer {token}\r\n"],
  ] as const
).map(([name, lines]) => ({
  name,
  bytes: post("/stripe/v1/charges", lines),
  codes: ["invalid_key", "malformed_request"],
}));

const bodies: HostileRequest[] = [
  {
    name: "a length that is no number",
    bytes: `POST /stripe/v1/charges HTTP/1.1\r\nHost: proxy\r\n${AUTH}Content-Type: ${FORM}\r\nContent-Length: abc\r\n\r\n${CHARGE}`,
    codes: MALFORMED,
  },
  {
    name: "a negative length",
    bytes: `POST /stripe/v1/charges HTTP/1.1\r\nHost: proxy\r\n${AUTH}Content-Type: ${FORM}\r\nContent-Length: -1\r\n\r\n${CHARGE}`,
    codes: MALFORMED,
  },
  {
    name: "a length with a sign",
    bytes: `POST /stripe/v1/charges HTTP/1.1\r\nHost: proxy\r\n${AUTH}Content-Type: ${FORM}\r\nContent-Length: +39\r\n\r\n${CHARGE}`,
    codes: MALFORMED,
  },
  {
    name: "a length beyond every bound",
    bytes: `POST /stripe/v1/charges HTTP/1.1\r\nHost: proxy\r\n${AUTH}Content-Type: ${FORM}\r\nContent-Length: 99999999999999999999\r\n\r\n`,
    codes: MALFORMED,
  },
  {
    name: "a length above the limit",
    bytes: `POST /stripe/v1/charges HTTP/1.1\r\nHost: proxy\r\n${AUTH}Content-Type: ${FORM}\r\nContent-Length: 999999999\r\n\r\n`,
    codes: ["request_too_large"],
  },
  {
    name: "a chunk size that is none",
    bytes: `POST /stripe/v1/charges HTTP/1.1\r\nHost: proxy\r\n${AUTH}Content-Type: ${FORM}\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n${CHARGE}\r\n0\r\n\r\n`,
    codes: MALFORMED,
  },
  {
    name: "a chunk longer than it says",
    bytes: `POST /stripe/v1/charges HTTP/1.1\r\nHost: proxy\r\n${AUTH}Content-Type: ${FORM}\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n${CHARGE}\r\n0\r\n\r\n`,
    codes: MALFORMED,
  },
  {
    name: "trailers on a call that spends",
    bytes: `POST /stripe/v1/charges HTTP/1.1\r\nHost: proxy\r\n${AUTH}Content-Type: ${FORM}\r\nTransfer-Encoding: chunked\r\nTrailer: Stripe-Account\r\n\r\n${CHARGE.length.toString(16)}\r\n${CHARGE}\r\n0\r\nStripe-Account: acct_1\r\n\r\n`,
    codes: ["unreadable_amount"],
  },
  {
    name: "a read with a body",
    bytes: post("/stripe/v1/issuing/cards/ic_1", AUTH, "expand[]=number").replace("POST", "GET"),
    codes: MALFORMED,
  },
  {
    name: "a compressed body",
    bytes: post("/stripe/v1/charges", `${AUTH}Content-Encoding: gzip\r\n`),
    codes: ["unreadable_amount"],
  },
  {
    name: "an amount twice",
    bytes: post("/stripe/v1/charges", AUTH, `${CHARGE}&amount=999999`),
    codes: ["unreadable_amount"],
  },
  {
    name: "the amount in the query",
    bytes: post("/stripe/v1/charges?amount=1", AUTH),
    codes: ["unreadable_amount"],
  },
  {
    name: "the vault key in the body",
    bytes: post("/stripe/v1/customers", AUTH, "description={token}"),
    codes: MALFORMED,
  },
  { name: "the vault key in the path", bytes: post("/stripe/v1/{token}", AUTH), codes: MALFORMED },
  {
    name: "the vault key in the path, escaped",
    bytes: post("/stripe/v1/%76{token-tail}", AUTH),
    codes: MALFORMED,
  },
  {
    name: "the vault key in the query",
    bytes: post("/stripe/v1/customers?key={token}", AUTH),
    codes: MALFORMED,
  },
  { name: "HTTP/2 by prior knowledge", bytes: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", codes: MALFORMED },
  { name: "HTTP/0.9", bytes: "GET /stripe/v1/charges\r\n\r\n", codes: ["invalid_key", "malformed_request"] },
  {
    name: "an HTTP version of nobody",
    bytes: `GET /stripe/v1/charges HTTP/3.7\r\nHost: p\r\n${AUTH}\r\n`,
    codes: MALFORMED,
  },
  { name: "TLS", bytes: "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", codes: MALFORMED },
  { name: "noise", bytes: "\x00\x01\x02\x03\r\n\r\n", codes: MALFORMED },
];

/** All of them, by what is wrong with them. */
export const hostileRequests: readonly HostileRequest[] = [
  ...paths,
  ...methods,
  ...headers,
  ...huge,
  ...credentials,
  ...bodies,
  ...hostileAmounts,
];
