import { describe, expect, it } from "vitest";
import { type ShopForTest, startShopForTest } from "../../../test-support/vendors/start-shop-for-test.ts";

const CREATE = `mutation ($input: DraftOrderInput!) {
  draftOrderCreate(input: $input) { draftOrder { id } userErrors { message } }
}`;
const COMPLETE = `mutation ($id: ID!) { draftOrderComplete(id: $id) { userErrors { message } } }`;
const SEND = `mutation ($id: ID!) { draftOrderInvoiceSend(id: $id) { userErrors { message } } }`;
const DISCOUNT = `mutation ($discount: DiscountCodeBasicInput!) {
  discountCodeBasicCreate(basicCodeDiscount: $discount) { codeDiscountNode { id } userErrors { message } }
}`;

/** 1 CAD is 0.74 USD. */
const toUsd = (cad: number): number => Number((cad * 0.74).toFixed(6));

const LINES = [
  { title: "Chair", originalUnitPrice: "40.00", quantity: 2 },
  { title: "Lamp", originalUnitPrice: "20.00", quantity: 1 },
];

interface Agent {
  shop: ShopForTest;
  /** Runs a document; the code of the refusal if there is one. */
  run(query: string, variables: object): Promise<{ data: Record<string, never>; code: string | null }>;
  spentUsd(): Promise<number>;
}

async function startAgent(policy: object): Promise<Agent & AsyncDisposable> {
  const shop = await startShopForTest();
  const key = await shop.issue(policy);
  return {
    shop,
    async run(query, variables) {
      const { data, errors } = await shop.connect(key).client.request(query, { variables: { ...variables } });
      return { data, code: errors?.response?.headers.get("x-keybrake-code") ?? null };
    },
    async spentUsd() {
      const { totalUsd, heldUsd } = (await shop.keybrake.getKey(key.id)).spend;
      expect(heldUsd).toBe(0);
      return totalUsd;
    },
    [Symbol.asyncDispose]: () => shop[Symbol.asyncDispose](),
  };
}

async function createDraft({ run }: Agent, input: object): Promise<string> {
  const { data } = await run(CREATE, { input });
  const { draftOrder } = (data as unknown as { draftOrderCreate: { draftOrder: { id: string } } })
    .draftOrderCreate;
  return draftOrder.id;
}

describe("a draft order", () => {
  it("counts once from its creation to its completion", async () => {
    await using agent = await startAgent({ dailyUsdCap: toUsd(100) });
    const id = await createDraft(agent, { lineItems: LINES });
    expect(await agent.spentUsd()).toBe(toUsd(100));
    for (const query of [SEND, COMPLETE]) expect((await agent.run(query, { id })).code).toBeNull();
    expect(await agent.spentUsd()).toBe(toUsd(100));
    expect(agent.shop.sandbox.ledger().grossMinor).toEqual({ cad: 10_000 });
    const more = { lineItems: [{ title: "Pen", originalUnitPrice: "0.01", quantity: 1 }] };
    expect((await agent.run(CREATE, { input: more })).code).toBe("cap_exhausted");
    expect(agent.shop.sandbox.ledger().grossMinor).toEqual({ cad: 10_000 });
  });

  it("counts at its value before discounts", async () => {
    await using agent = await startAgent({ dailyUsdCap: 100 });
    const appliedDiscount = { value: 90, valueType: "PERCENTAGE" };
    await createDraft(agent, { lineItems: LINES, appliedDiscount });
    expect(await agent.spentUsd()).toBe(toUsd(100));
  });

  it("counts when it is completed, if another made it", async () => {
    await using agent = await startAgent({ dailyUsdCap: toUsd(99) });
    const other = await agent.shop.issue();
    const { data } = await agent.shop.connect(other).client.request(CREATE, {
      variables: { input: { lineItems: LINES } },
    });
    const { id } = data.draftOrderCreate.draftOrder;
    expect((await agent.run(COMPLETE, { id })).code).toBe("cap_exhausted");
    expect((await agent.run(COMPLETE, { id: "gid://shopify/DraftOrder/0" })).code).toBe("unpriced_endpoint");
    expect(agent.shop.sandbox.ledger().entries).toHaveLength(1);
  });

  it("costs nothing if the shop refuses it", async () => {
    await using agent = await startAgent({ dailyUsdCap: 100 });
    const id = await createDraft(agent, { lineItems: LINES });
    await agent.run(COMPLETE, { id });
    const { data } = await agent.run(COMPLETE, { id });
    expect(data).toMatchObject({ draftOrderComplete: { userErrors: [{ message: expect.any(String) }] } });
    expect(await agent.spentUsd()).toBe(toUsd(100));
  });

  it("has no price if the request sets the price of goods, or isn't one that Shopify can calculate", async () => {
    await using agent = await startAgent({ dailyUsdCap: 100 });
    const priceOverride = { amount: "0.00", currencyCode: "CAD" };
    for (const input of [{ lineItems: [{ ...LINES[0], priceOverride }] }, { lineItems: [] }]) {
      expect((await agent.run(CREATE, { input })).code).toBe("unpriced_endpoint");
    }
    expect(agent.shop.sandbox.ledger().entries).toEqual([]);
  });
});

describe("a discount code", () => {
  const toDiscount = (value: object, more: object = {}): object => ({
    discount: {
      code: "TEN",
      title: "Ten",
      startsAt: "2026-11-01T00:00:00Z",
      customerGets: { items: { all: true }, value },
      ...more,
    },
  });
  const TEN = { discountAmount: { amount: "10.00", appliesOnEachItem: false } };

  it("counts its amount for each use that it allows", async () => {
    await using agent = await startAgent({ dailyUsdCap: toUsd(50) });
    expect((await agent.run(DISCOUNT, toDiscount(TEN, { usageLimit: 6 }))).code).toBe("cap_exhausted");
    expect((await agent.run(DISCOUNT, toDiscount(TEN, { usageLimit: 5 }))).code).toBeNull();
    expect(await agent.spentUsd()).toBe(toUsd(50));
    expect(agent.shop.sandbox.ledger().grossMinor).toEqual({ cad: 5000 });
  });

  it("gives its amount back if the shop refuses it", async () => {
    await using agent = await startAgent({ dailyUsdCap: 100 });
    for (const usageLimit of [5, 5]) await agent.run(DISCOUNT, toDiscount(TEN, { usageLimit }));
    expect(await agent.spentUsd()).toBe(toUsd(50));
  });

  it.each<[string, object, object]>([
    ["without a limit", TEN, {}],
    ["of a share", { percentage: 0.1 }, { usageLimit: 5 }],
    [
      "of an amount of every item",
      { discountAmount: { amount: "10.00", appliesOnEachItem: true } },
      { usageLimit: 5 },
    ],
    ["of an amount of what isn't said", { discountAmount: { amount: "10.00" } }, { usageLimit: 5 }],
  ])("%s has no bound", async (_name, value, more) => {
    await using agent = await startAgent({ dailyUsdCap: 100 });
    expect((await agent.run(DISCOUNT, toDiscount(value, more))).code).toBe("unpriced_endpoint");
    expect(agent.shop.sandbox.ledger().entries).toEqual([]);
    await using bounded = await startAgent({ dailyUsdCap: 100, maxUsdPerCall: 30 });
    expect((await bounded.run(DISCOUNT, toDiscount(value, more))).code).toBeNull();
    expect(await bounded.spentUsd()).toBe(30);
  });
});
