import { expect, test } from "vitest";
import { startForTest } from "./testing/start-for-test.ts";

const amounts = "totalPriceSet { shopMoney { amount } } totalDiscountsSet { shopMoney { amount } }";
const input = `{
  lineItems: [{ title: "Chair", originalUnitPrice: "40.00", quantity: 2 }]
  appliedDiscount: { value: 25, valueType: PERCENTAGE }
}`;
const shown = {
  totalPriceSet: { shopMoney: { amount: "60.0" } },
  totalDiscountsSet: { shopMoney: { amount: "20.0" } },
};

test("a draft is calculated for nothing, and counts once at its value before discounts", async () => {
  const { run, sandbox } = await startForTest();
  const calculated = await run(
    `mutation { draftOrderCalculate(input: ${input}) { calculatedDraftOrder { ${amounts} } } }`,
  );
  expect(calculated).toMatchObject({ data: { draftOrderCalculate: { calculatedDraftOrder: shown } } });
  expect(sandbox.ledger().entries).toEqual([]);
  const created = (await run(
    `mutation { draftOrderCreate(input: ${input}) { draftOrder { id ${amounts} } } }`,
  )) as { data: { draftOrderCreate: { draftOrder: { id: string } } } };
  expect(created).toMatchObject({ data: { draftOrderCreate: { draftOrder: shown } } });
  const { id } = created.data.draftOrderCreate.draftOrder;
  const complete = `mutation { draftOrderComplete(id: "${id}") { draftOrder { status } userErrors { message } } }`;
  await run(`mutation { draftOrderInvoiceSend(id: "${id}") { userErrors { message } } }`);
  expect(await run(complete)).toMatchObject({
    data: { draftOrderComplete: { draftOrder: { status: "COMPLETED" }, userErrors: [] } },
  });
  expect(await run(complete)).toMatchObject({ data: { draftOrderComplete: { userErrors: [{}] } } });
  expect(await run(`{ draftOrder(id: "${id}") { status } }`)).toMatchObject({
    data: { draftOrder: { status: "COMPLETED" } },
  });
  expect(sandbox.ledger().grossMinor).toEqual({ usd: 8000 });
});

test("a draft without lines, or that isn't there, is rejected", async () => {
  const { run, sandbox } = await startForTest();
  for (const field of ["draftOrderCreate(input: { lineItems: [] })", 'draftOrderComplete(id: "gid://x/1")']) {
    expect(await run(`mutation { it: ${field} { userErrors { message } } }`)).toMatchObject({
      data: { it: { userErrors: [{}] } },
    });
  }
  expect(sandbox.ledger().entries).toEqual([]);
});

test("a discount code counts its amount for each use, and its code is taken", async () => {
  const { run, sandbox } = await startForTest();
  const create = `mutation { discountCodeBasicCreate(basicCodeDiscount: {
    code: "TEN", usageLimit: 3
    customerGets: { items: { all: true }, value: { discountAmount: { amount: "10.00", appliesOnEachItem: false } } }
  }) { codeDiscountNode { id } userErrors { code } } }`;
  expect(await run(create)).toMatchObject({ data: { discountCodeBasicCreate: { userErrors: [] } } });
  expect(await run(create)).toMatchObject({
    data: { discountCodeBasicCreate: { userErrors: [{ code: "TAKEN" }] } },
  });
  expect(sandbox.ledger().grossMinor).toEqual({ usd: 3000 });
});
