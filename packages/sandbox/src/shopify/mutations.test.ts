import { describe, expect, test } from "vitest";
import { startForTest } from "./testing/start-for-test.ts";

const order1001 = "gid://shopify/Order/1001";
const order1004 = "gid://shopify/Order/1004";
const order1005 = "gid://shopify/Order/1005";

const refundQuery = `mutation Refund($input: RefundInput!, $key: String!) {
  refundCreate(input: $input) @idempotent(key: $key) {
    refund { id totalRefundedSet { presentmentMoney { amount currencyCode } shopMoney { amount currencyCode } } }
    order { displayFinancialStatus }
    userErrors { field message }
  }
}`;

function refundInput(amount: unknown, more: object = {}): object {
  const transaction = { orderId: order1001, kind: "REFUND", gateway: "bogus", amount };
  return { orderId: order1001, transactions: [transaction], ...more };
}

describe("refundCreate", () => {
  test("gives money back in the customer's currency", async () => {
    const orders = [{ id: 1001, amount: "20.00", currencyCode: "CAD", shopAmount: "15.00" }];
    const { client, sandbox } = await startForTest({ orders });
    const variables = { key: "k1", input: refundInput("12.50", { currency: "CAD" }) };
    const { data, errors } = await client.request(refundQuery, { variables });
    expect(errors).toBeUndefined();
    expect(data).toEqual({
      refundCreate: {
        refund: {
          id: expect.stringMatching(/^gid:\/\/shopify\/Refund\//),
          totalRefundedSet: {
            presentmentMoney: { amount: "12.5", currencyCode: "CAD" },
            shopMoney: { amount: "9.38", currencyCode: "USD" },
          },
        },
        order: { displayFinancialStatus: "PARTIALLY_REFUNDED" },
        userErrors: [],
      },
    });
    expect(sandbox.ledger()).toMatchObject({
      entries: [
        {
          vendor: "shopify",
          kind: "refund.created",
          objectId: data.refundCreate.refund.id,
          amountMinor: 1250,
          addedMinor: 1250,
          currency: "cad",
          livemode: true,
          idempotencyKey: "k1",
          metadata: { order: order1001 },
        },
      ],
      grossMinor: { cad: 1250 },
      grossMicroUsd: 0,
      executedCalls: 1,
    });
  });

  test("counts store credit, and neither shipping nor line items", async () => {
    const { run, sandbox } = await startForTest();
    const amount = { amount: "5.00", currencyCode: "USD" };
    const input = refundInput("1.00", {
      refundMethods: [{ storeCreditRefund: { amount } }],
      shipping: { amount: "9.00" },
      refundLineItems: [{ lineItemId: "gid://shopify/LineItem/1", quantity: 1 }],
    });
    await run(refundQuery, { key: "k1", input });
    expect(sandbox.ledger().grossMinor).toEqual({ usd: 600 });
  });

  test.each<[string, object]>([
    ["Order does not exist", { orderId: "gid://shopify/Order/1" }],
    ["Currency must be the presentment currency", { currency: "CAD" }],
    [
      "Transactions must be refunds",
      { transactions: [{ orderId: order1001, kind: "SALE", gateway: "x", amount: "1" }] },
    ],
    ["greater than zero", refundInput("0")],
    ["greater than zero", refundInput("-1")],
    ["can't be greater", refundInput("100.01")],
  ])("has a userError: %s", async (message, input) => {
    const { run, sandbox } = await startForTest();
    expect(await run(refundQuery, { key: "k1", input: { ...refundInput("1"), ...input } })).toMatchObject({
      data: { refundCreate: { refund: null, userErrors: [{ message: expect.stringContaining(message) }] } },
    });
    expect(sandbox.ledger()).toMatchObject({ entries: [], executedCalls: 0 });
  });

  test("stops at what was received, unless told not to", async () => {
    const { run, sandbox } = await startForTest();
    await run(refundQuery, { key: "k1", input: refundInput("60.00") });
    expect(await run(refundQuery, { key: "k2", input: refundInput("60.00") })).toMatchObject({
      data: { refundCreate: { userErrors: [{}] } },
    });
    await run(refundQuery, { key: "k3", input: refundInput("60.00", { allowOverRefunding: true }) });
    expect(sandbox.ledger().grossMinor).toEqual({ usd: 12_000 });
  });

  test("must have its idempotency key since 2026-04", async () => {
    const { run, post, sandbox } = await startForTest();
    const query = refundQuery.replace("@idempotent(key: $key)", "").replace(", $key: String!", "");
    const variables = { input: refundInput("1") };
    expect(await run(query, variables)).toMatchObject({
      data: { refundCreate: null },
      errors: [{ message: expect.stringContaining("@idempotent"), extensions: { code: "BAD_REQUEST" } }],
    });
    expect(sandbox.ledger().entries).toEqual([]);
    await post("/admin/api/2026-01/graphql.json", JSON.stringify({ query, variables }));
    expect(sandbox.ledger().entries).toHaveLength(1);
  });

  test("refuses what is no amount as a whole", async () => {
    const { run } = await startForTest();
    expect(await run(refundQuery, { key: "k1", input: refundInput("1.005") })).toMatchObject({
      data: { refundCreate: null },
      errors: [{ message: 'Invalid amount in USD: "1.005"' }],
    });
  });
});

describe("giftCardCreate", () => {
  const query = `mutation Card($input: GiftCardCreateInput!) {
    giftCardCreate(input: $input) { giftCard { initialValue { amount currencyCode } } giftCardCode userErrors { code } }
  }`;

  test("takes an amount with its currency, or one in the shop's", async () => {
    const { run, sandbox } = await startForTest({ currencyCode: "CAD" });
    expect(await run(query, { input: { initialValue: "50.00", code: "ABCD-EFGH" } })).toMatchObject({
      data: {
        giftCardCreate: {
          giftCard: { initialValue: { amount: "50.0", currencyCode: "CAD" } },
          giftCardCode: "abcd-efgh",
        },
      },
    });
    await run(query, { input: { initialAmount: { amount: "7", currencyCode: "EUR" } } });
    expect(sandbox.ledger().grossMinor).toEqual({ cad: 5000, eur: 700 });
  });

  test.each<[string, object]>([
    ["MISSING_ARGUMENT", {}],
    ["INVALID", { initialValue: "1", initialAmount: { amount: "1", currencyCode: "USD" } }],
    ["GREATER_THAN", { initialValue: "0" }],
    ["TOO_SHORT", { initialValue: "1", code: "abc" }],
    ["TOO_LONG", { initialValue: "1", code: "a".repeat(21) }],
    ["TAKEN", { initialValue: "1", code: "takentaken" }],
  ])("has a userError: %s", async (code, input) => {
    const { run, sandbox } = await startForTest();
    await run(query, { input: { initialValue: "1", code: "TAKENTAKEN" } });
    expect(await run(query, { input })).toMatchObject({
      data: { giftCardCreate: { giftCard: null, userErrors: [{ code }] } },
    });
    expect(sandbox.ledger().executedCalls).toBe(1);
  });
});

describe("orderCapture", () => {
  const query = `mutation Capture($input: OrderCaptureInput!) {
    orderCapture(input: $input) { transaction { kind amountSet { shopMoney { amount } } } userErrors { field message } }
  }`;

  test("takes what is held on the card, and no more", async () => {
    const { run, sandbox } = await startForTest();
    const { data } = (await run(`{ order(id: "${order1004}") { capturable transactions { id } } }`)) as {
      data: { order: { transactions: { id: string }[] } };
    };
    const input = { id: order1004, parentTransactionId: data.order.transactions[0]?.id };
    expect(await run(query, { input: { ...input, amount: "60.00" } })).toMatchObject({
      data: {
        orderCapture: { transaction: { kind: "CAPTURE", amountSet: { shopMoney: { amount: "60.0" } } } },
      },
    });
    const refused = { data: { orderCapture: { transaction: null, userErrors: [{}] } } };
    for (const wrong of [
      { ...input, amount: "40.01" },
      { ...input, amount: "0" },
      { ...input, amount: "1", id: order1001 },
      { ...input, amount: "1", id: "gid://shopify/Order/1" },
      { ...input, amount: "1", currency: "CAD" },
    ]) {
      expect(await run(query, { input: wrong })).toMatchObject(refused);
    }
    await run(query, { input: { ...input, amount: "1", finalCapture: true } });
    expect(await run(query, { input: { ...input, amount: "1" } })).toMatchObject(refused);
    expect(sandbox.ledger()).toMatchObject({ grossMinor: { usd: 6100 }, executedCalls: 2 });
  });
});

describe("orderCancel", () => {
  function cancel(id: string, how = ""): string {
    return `mutation { orderCancel(orderId: "${id}", reason: OTHER, restock: false ${how}) {
      job { done } orderCancelUserErrors { code } userErrors { message }
    } }`;
  }

  test.each<[string, number]>([
    ["", 0],
    [", refund: false", 0],
    [", refund: true", 10_000],
    [", refundMethod: { originalPaymentMethodsRefund: true }", 10_000],
    [", refundMethod: { storeCreditRefund: {} }", 10_000],
  ])("with %j gives back %i", async (how, minor) => {
    const { run, sandbox } = await startForTest();
    expect(await run(cancel(order1001, how))).toMatchObject({
      data: { orderCancel: { job: { done: true } } },
    });
    expect(sandbox.ledger().entries).toMatchObject([{ kind: "order.cancelled", amountMinor: minor }]);
    expect(await run(cancel(order1001, how))).toMatchObject({
      data: { orderCancel: { job: null, orderCancelUserErrors: [{ code: "INVALID" }], userErrors: [{}] } },
    });
    expect(sandbox.ledger().executedCalls).toBe(1);
  });

  test("lets go of what was held", async () => {
    const { run } = await startForTest();
    await run(cancel(order1004, ", refund: true"));
    expect(await run(`{ order(id: "${order1004}") { capturable displayFinancialStatus } }`)).toMatchObject({
      data: { order: { capturable: false, displayFinancialStatus: "VOIDED" } },
    });
    expect(await run(cancel("gid://shopify/Order/1"))).toMatchObject({
      data: { orderCancel: { orderCancelUserErrors: [{ code: "NOT_FOUND" }] } },
    });
  });
});

describe("orderCreateMandatePayment", () => {
  test("charges what is asked for or all that is owed, once for its key", async () => {
    const { run, sandbox } = await startForTest();
    function pay(key: string, amount = ""): Promise<unknown> {
      return run(`mutation { orderCreateMandatePayment(
        id: "${order1005}", mandateId: "gid://shopify/PaymentMandate/1", idempotencyKey: "${key}" ${amount}
      ) { paymentReferenceId userErrors { message } } }`);
    }
    const amount = ', amount: { amount: "30.00", currencyCode: USD }';
    expect(await pay("k1", amount)).toEqual(await pay("k1", amount));
    expect(sandbox.ledger().entries).toMatchObject([{ amountMinor: 3000, idempotencyKey: "k1" }]);
    await pay("k2");
    expect(sandbox.ledger().grossMinor).toEqual({ usd: 10_000 });
    expect(await pay("k3")).toMatchObject({ data: { orderCreateMandatePayment: { userErrors: [{}] } } });
  });
});

describe("store credit", () => {
  function move(field: "Credit" | "Debit", id: string, amount: string, currency = "USD"): string {
    const name = field.toLowerCase();
    return `mutation { storeCreditAccount${field}(
      id: "${id}", ${name}Input: { ${name}Amount: { amount: "${amount}", currencyCode: ${currency} } }
    ) { storeCreditAccountTransaction { account { id balance { amount } } amount { amount } } userErrors { code } } }`;
  }
  const customer = "gid://shopify/Customer/1";

  test("is credited to a customer or an account, and debited", async () => {
    const { run, sandbox } = await startForTest();
    const { data } = (await run(move("Credit", customer, "20.00"))) as {
      data: { storeCreditAccountCredit: { storeCreditAccountTransaction: { account: { id: string } } } };
    };
    const { id } = data.storeCreditAccountCredit.storeCreditAccountTransaction.account;
    expect(await run(move("Debit", id, "5.00"))).toMatchObject({
      data: {
        storeCreditAccountDebit: {
          storeCreditAccountTransaction: {
            account: { balance: { amount: "15.0" } },
            amount: { amount: "5.0" },
          },
        },
      },
    });
    expect(sandbox.ledger()).toMatchObject({
      entries: [{ kind: "store_credit.credited" }, { kind: "store_credit.debited" }],
      grossMinor: { usd: 2500 },
    });
    for (const [query, code] of [
      [move("Credit", id, "0"), "NEGATIVE_OR_ZERO_AMOUNT"],
      [move("Credit", id, "1", "EUR"), "MISMATCHING_CURRENCY"],
      [move("Credit", "gid://shopify/StoreCreditAccount/0", "1"), "ACCOUNT_NOT_FOUND"],
      [move("Debit", id, "-1"), "NEGATIVE_OR_ZERO_AMOUNT"],
      [move("Debit", id, "1", "EUR"), "MISMATCHING_CURRENCY"],
      [move("Debit", "gid://shopify/Customer/2", "1"), "ACCOUNT_NOT_FOUND"],
      [move("Debit", customer, "15.01"), "INSUFFICIENT_FUNDS"],
    ] as const) {
      const field = query.includes("Credit(") ? "storeCreditAccountCredit" : "storeCreditAccountDebit";
      expect(await run(query)).toMatchObject({ data: { [field]: { userErrors: [{ code }] } } });
    }
    expect(sandbox.ledger().executedCalls).toBe(2);
  });
});
