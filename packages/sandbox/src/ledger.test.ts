import { describe, expect, test } from "vitest";
import { startForTest } from "./stripe/testing/start-for-test.ts";

const usd20 = { amount: 2000, currency: "usd" };

describe("the ledger", () => {
  test("counts an intent once, in full, from its creation", async () => {
    const { stripe, sandbox } = await startForTest();
    const { id } = await stripe.paymentIntents.create({ ...usd20, metadata: { agent: "7" } });
    expect(sandbox.ledger().grossMinor).toEqual({ usd: 2000 });
    await stripe.paymentIntents.confirm(id, { payment_method: "pm_card_visa" });
    expect(sandbox.ledger()).toMatchObject({
      entries: [
        {
          vendor: "stripe",
          objectId: id,
          kind: "payment_intent.created",
          amountMinor: 2000,
          addedMinor: 2000,
          currency: "usd",
          livemode: true,
          metadata: { agent: "7" },
        },
        { kind: "payment_intent.captured", amountMinor: 2000, addedMinor: 0 },
      ],
      grossMinor: { usd: 2000 },
      executedCalls: 2,
    });
    expect(sandbox.ledger().entries[0]?.idempotencyKey).toMatch(/^stripe-node-retry-/);
  });

  test("counts the most an intent ever stood for", async () => {
    const { stripe, sandbox } = await startForTest();
    const { id } = await stripe.paymentIntents.create(usd20);
    await stripe.paymentIntents.update(id, { amount: 1000 });
    await stripe.paymentIntents.update(id, { amount: 2000 });
    expect(sandbox.ledger().grossMinor).toEqual({ usd: 2000 });
    await stripe.paymentIntents.update(id, { amount: 5000 });
    expect(sandbox.ledger().grossMinor).toEqual({ usd: 5000 });
    await stripe.paymentIntents.confirm(id, { amount_to_confirm: 6000, payment_method: "pm_card_visa" });
    expect(sandbox.ledger().grossMinor).toEqual({ usd: 6000 });
  });

  test("moves an intent over to its new currency", async () => {
    const { stripe, sandbox } = await startForTest();
    const { id } = await stripe.paymentIntents.create(usd20);
    await stripe.paymentIntents.update(id, { currency: "eur" });
    expect(sandbox.ledger().grossMinor).toEqual({ usd: 0, eur: 2000 });
  });

  test("keeps what was canceled, and counts refunds as movements of their own", async () => {
    const { stripe, sandbox } = await startForTest();
    const intent = await stripe.paymentIntents.create(usd20);
    await stripe.paymentIntents.cancel(intent.id);
    const charge = await stripe.charges.create({ ...usd20, source: "tok_visa", capture: false });
    await stripe.charges.capture(charge.id, { amount: 500 });
    await stripe.refunds.create({ charge: charge.id });
    const { entries, grossMinor, executedCalls } = sandbox.ledger();
    expect(entries.map(({ kind, amountMinor, addedMinor }) => [kind, amountMinor, addedMinor])).toEqual([
      ["payment_intent.created", 2000, 2000],
      ["payment_intent.canceled", 2000, 0],
      ["charge.authorized", 2000, 2000],
      ["charge.captured", 500, 0],
      ["refund.created", 500, 500],
    ]);
    expect(grossMinor).toEqual({ usd: 4500 });
    expect(executedCalls).toBe(5);
  });

  test("counts nothing for an intent that was declined in the very call that made it", async () => {
    const { stripe, sandbox } = await startForTest();
    const declined = { ...usd20, confirm: true, payment_method: "pm_card_chargeDeclined" };
    await expect(stripe.paymentIntents.create(declined)).rejects.toMatchObject({ statusCode: 402 });
    expect(sandbox.ledger()).toMatchObject({ grossMinor: {}, executedCalls: 0 });
    const left = (await stripe.paymentIntents.list()).data[0];
    await stripe.paymentIntents.confirm(left?.id ?? "", { payment_method: "pm_card_visa" });
    expect(sandbox.ledger().grossMinor).toEqual({ usd: 2000 });
  });

  test("adds up many calls at once", async () => {
    const { post, sandbox } = await startForTest();
    const form = "amount=3&currency=usd&source=tok_visa";
    await Promise.all(Array.from({ length: 300 }, () => post("/v1/charges", form)));
    expect(sandbox.ledger()).toMatchObject({ grossMinor: { usd: 900 }, executedCalls: 300 });
    expect(sandbox.requests()).toHaveLength(300);
  });
});

describe("over HTTP", () => {
  test("ledger and requests are read without a credential, and reset", async () => {
    const { stripe, sandbox } = await startForTest();
    const charge = await stripe.charges.create({ ...usd20, source: "tok_visa" });
    const read = async (path: string) => (await fetch(`${sandbox.url}/_sandbox/${path}`)).json();
    expect(await read("ledger")).toEqual(sandbox.ledger());
    expect(await read("requests")).toEqual(sandbox.requests());
    expect(JSON.stringify(sandbox.requests())).toContain(sandbox.secretKey);

    await fetch(`${sandbox.url}/_sandbox/reset`, { method: "POST" });
    expect(await read("ledger")).toEqual({ entries: [], grossMinor: {}, grossMicroUsd: 0, executedCalls: 0 });
    expect(await read("requests")).toEqual([]);
    await expect(stripe.charges.retrieve(charge.id)).rejects.toMatchObject({ statusCode: 404 });
    expect(await read("nothing")).toMatchObject({ error: { message: expect.stringContaining("no such") } });
  });

  test("a snapshot stays as it was", async () => {
    const { stripe, sandbox } = await startForTest();
    const before = sandbox.ledger();
    await stripe.charges.create({ ...usd20, source: "tok_visa" });
    expect(before.entries).toEqual([]);
  });
});
