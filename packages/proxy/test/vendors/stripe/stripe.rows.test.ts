import { expect, it } from "vitest";
import {
  CHARGE,
  CREATED,
  play,
  type Step,
  startStripeBench,
  toIntent,
} from "../../../test-support/vendors/stripe-bench.ts";

const intent = (amount: string, currency: string, usd: number, answered = currency): Step => ({
  path: "/v1/payment_intents",
  form: { amount, currency },
  answer: { json: toIntent({ amount: Number(amount), currency: answered }) },
  reserved: usd,
  cost: usd,
});
const { form: _form, ...CREATED_BY_JSON } = CREATED;
const payout = (amount: string, currency: string, usd: number): Step => ({
  path: "/v1/payouts",
  form: { amount, currency },
  answer: { json: { id: "po_1QkX2e", amount: Number(amount), currency, status: "pending" } },
  reserved: usd,
  cost: usd,
});
const refund = (form: Record<string, string>, shown: object, answer: object, usd: number): Step => ({
  path: "/v1/refunds",
  form: { charge: CHARGE, ...form },
  shown: { [`/v1/charges/${CHARGE}`]: { id: CHARGE, ...shown } },
  answer: { json: { id: "re_3QkX2e", ...answer } },
  reserved: usd,
  cost: usd,
});
const unreadable = (step: Step): Step => ({ ...step, refused: [400, "unreadable_amount"] });

const ROWS: [row: string, step: Step][] = [
  ["1: an intent counts when it is created", CREATED],
  [
    "2: one that is confirmed at once counts the same",
    {
      ...CREATED,
      form: { amount: "2000", currency: "usd", confirm: "true", payment_method: "pm_card_visa" },
      answer: { json: toIntent({ status: "succeeded", amount_received: 2000 }) },
    },
  ],
  ["3: yen have no decimals", intent("2000", "jpy", 13.4)],
  ["4: dinars have three", intent("5120", "kwd", 16.64)],
  ["5: krónur are sent with two", intent("500", "isk", 0.036)],
  ["6: shillings are sent with two", intent("500", "ugx", 0.00135)],
  ["7: forints, charged", intent("1045", "huf", 0.02926)],
  ["7: forints, paid out", payout("1000", "huf", 0.028)],
  ["7: Taiwan dollars, paid out", payout("80000", "twd", 24.8)],
  ["8: EUR in upper case", intent("1000", "EUR", 11, "eur")],
  ["9: a currency without a rate", { ...intent("1000", "xts", 0), refused: [403, "currency_unpriced"] }],
  ["10: one yen", intent("1", "jpy", 0.0067)],
  ["10: 33.33 forints are rounded up", intent("3333", "huf", 0.093324)],
  [
    "36: a refund is of the charge's currency",
    refund({ amount: "500" }, { amount: 2000, currency: "gbp" }, { amount: 500, currency: "gbp" }, 6.35),
  ],
  [
    "37: a refund without an amount is of what is left",
    refund(
      {},
      { amount: 2000, amount_refunded: 500, currency: "usd" },
      { amount: 1500, currency: "usd" },
      15,
    ),
  ],
  ...["pending", "failed"].map((status): [string, Step] => [
    `38: a refund that is ${status} counts`,
    refund(
      {},
      { amount: 2000, amount_refunded: 500, currency: "usd" },
      { amount: 1500, currency: "usd", status },
      15,
    ),
  ]),
  [
    "39: a transfer",
    {
      path: "/v1/transfers",
      form: { amount: "1000", currency: "usd", destination: "acct_1QkX2e" },
      answer: { json: { id: "tr_1QkX2e", amount: 1000, currency: "usd" } },
      reserved: 10,
      cost: 10,
    },
  ],
  [
    "39: a transfer without an amount",
    {
      path: "/v1/transfers",
      form: { currency: "usd", destination: "acct_1QkX2e", source_transaction: CHARGE },
      refused: [403, "unpriced_endpoint"],
    },
  ],
  ["40: a pending payout", payout("1000", "eur", 11)],
  [
    "43: an invoice item that takes away gives no room",
    {
      path: "/v1/invoiceitems",
      form: { customer: "cus_9s6XKzkNRiz8i3", amount: "-500", currency: "usd" },
      answer: { json: { id: "ii_1QkX2e", amount: -500, currency: "usd" } },
      reserved: 0,
      cost: 0,
    },
  ],
  [
    "44: an invoice item by the unit, which Stripe rounds",
    {
      path: "/v1/invoiceitems",
      form: {
        customer: "cus_9s6XKzkNRiz8i3",
        unit_amount_decimal: "12.5",
        quantity: "3",
        currency: "usd",
      },
      answer: { json: { id: "ii_1QkX2e", amount: 38, currency: "usd" } },
      reserved: 0.375,
      cost: 0.38,
      notes: ["overage"],
    },
  ],
  ["48: a payment link", { path: "/v1/payment_links", form: {}, refused: [403, "unpriced_endpoint"] }],
  [
    "49: an amount in the query",
    unreadable({ ...intent("999999", "usd", 0), path: "/v1/payment_intents?amount=1" }),
  ],
  ...["amount=100&amount=999999&currency=usd", "amount[]=100&currency=usd"].map((body): [string, Step] => [
    `50: ${body}`,
    unreadable({
      path: "/v1/payment_intents",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body,
    }),
  ]),
  ...["2e3", "+2000", " 2000", "0x7D0", "2000.0", "２０", "", "-5"].map((amount): [string, Step] => [
    `51: the amount "${amount}"`,
    unreadable(intent(amount, "usd", 0)),
  ]),
  ["52: JSON is forwarded as a form", { ...CREATED_BY_JSON, json: { amount: 2000, currency: "usd" } }],
  ...[
    { "content-type": "application/x-www-form-urlencoded", "content-encoding": "gzip" },
    { "content-type": "application/x-www-form-urlencoded; charset=utf-16" },
    { "content-type": "multipart/form-data; boundary=x" },
  ].map((headers): [string, Step] => [
    `52: ${Object.values(headers).join(", ")}`,
    unreadable({ path: "/v1/payment_intents", headers, body: "amount=2000&currency=usd" }),
  ]),
  ...[
    { "stripe-account": "acct_1QkX2e" },
    { "stripe-context": "acct_1QkX2e" },
    { "Stripe-Account": "acct_1QkX2e", "Stripe-Context": "acct_1/acct_2" },
  ].map((headers): [string, Step] => [
    `55: ${Object.keys(headers).join(" and ")} that the policy does not list`,
    { ...CREATED, headers, refused: [403, "account_not_allowed"] },
  ]),
  ...[1500, "1500"].map((value): [string, Step] => [
    `56: an outbound payment of ${JSON.stringify(value)}`,
    {
      path: "/v2/money_management/outbound_payments",
      json: { amount: { value, currency: "usd" }, from: {}, to: {} },
      answer: { json: { id: "obp_1QkX2e", amount: { value: 1500, currency: "usd" } } },
      reserved: 15,
      cost: 15,
    },
  ]),
  [
    "57: a name twice in JSON",
    unreadable({
      path: "/v2/money_management/outbound_payments",
      headers: { "content-type": "application/json" },
      body: '{"amount":{"value":1,"currency":"usd"},"amount":{"value":1500,"currency":"usd"}}',
    }),
  ],
  [
    "58: an unknown endpoint under a cap",
    { path: "/v1/new_thing", form: { a: "1" }, refused: [403, "unpriced_endpoint"] },
  ],
  [
    "59: reading",
    {
      method: "GET",
      path: "/v1/charges?limit=3",
      shown: { "/v1/charges?limit=3": { data: [] } },
      reserved: 0,
      cost: 0,
    },
  ],
  [
    "59: reading a card's code",
    {
      method: "GET",
      path: "/v1/issuing/cards/ic_1QkX2e?expand[]=number&expand[]=cvc",
      refused: [403, "secret_endpoint"],
    },
  ],
  ...["2000", "-5000"].map((balance): [string, Step] => [
    `67: a customer with a balance of ${balance}`,
    { path: "/v1/customers", form: { email: "a@b.io", balance }, refused: [403, "unpriced_endpoint"] },
  ]),
];

it.each(ROWS)("row %s", async (_name, step) => {
  await using bench = await startStripeBench();
  await play(bench, step);
  expect(await bench.spend()).toEqual({ spent: step.refused ? 0 : step.cost, held: 0, unknown: 0 });
});

it("row 11: amounts are exact up to the bound, and refused above it", async () => {
  await using bench = await startStripeBench({ dailyUsdCap: 9_000_000_000 });
  await play(bench, unreadable(intent("999999999999", "usd", 0)));
  await play(bench, unreadable(intent("900000000001", "usd", 0)));
  await play(bench, intent("899999999999", "usd", 8_999_999_999.99));
  expect(await bench.spend()).toEqual({ spent: 8_999_999_999.99, held: 0, unknown: 0 });
  await play(bench, { ...intent("2", "usd", 0), refused: [429, "cap_exhausted"] });
  await play(bench, {
    ...intent("1", "usd", 0.01),
    answer: { json: toIntent({ id: "pi_3QkX2f", amount: 1 }) },
  });
  expect(await bench.spend()).toEqual({ spent: 9_000_000_000, held: 0, unknown: 0 });
});

it("row 52: the form that JSON became is what was priced", async () => {
  await using bench = await startStripeBench();
  await play(bench, { ...CREATED_BY_JSON, json: { amount: 2000, currency: "usd", metadata: { a: 1 } } });
  const [sent] = bench.vendor.seen;
  expect(sent?.headers["content-type"]).toBe("application/x-www-form-urlencoded");
  expect(sent?.body).toBe("amount=2000&currency=usd&metadata%5Ba%5D=1");
});

it("row 58: an unknown endpoint without a cap is forwarded, at a cost that nobody knows", async () => {
  await using bench = await startStripeBench();
  const key = await bench.client.issue({ label: "uncapped", vendor: "stripe", uncapped: true });
  bench.vendor.otherwise = () => ({ json: {} });
  expect((await bench.call({ key, path: "/v1/new_thing", form: { a: "1" } })).status).toBe(200);
  expect((await bench.entries())[0]).toMatchObject({ outcome: "settled", reservedUsd: 0, costUsd: null });
});

it("row 59: nothing of a card is asked for", async () => {
  await using bench = await startStripeBench();
  const path = `/v1/issuing/cards/ic_1QkX2e?${new URLSearchParams({ "expand[0]": "cvc" })}`;
  expect((await bench.call({ method: "GET", path })).code).toBe("secret_endpoint");
  expect((await bench.call({ path: "/v1/issuing/cards", form: { "expand[]": "number" } })).code).toBe(
    "secret_endpoint",
  );
  expect(bench.vendor.seen).toEqual([]);
});
