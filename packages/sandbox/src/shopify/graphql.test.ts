import { describe, expect, test } from "vitest";
import { graphqlPath, startForTest } from "./testing/start-for-test.ts";

const card = (value: string, more = "") =>
  `giftCardCreate(input: { initialValue: "${value}" ${more} }) { userErrors { message } }`;
const ok = { userErrors: [] };

describe("an operation", () => {
  test("runs every alias on its own, one after the other", async () => {
    const { run, sandbox } = await startForTest();
    const code = ', code: "SAMESAMESAME"';
    expect(await run(`mutation { a: ${card("50.00", code)} b: ${card("70.00", code)} }`)).toMatchObject({
      data: { a: ok, b: { userErrors: [{}] } },
    });
    expect(sandbox.ledger()).toMatchObject({ grossMinor: { usd: 5000 }, executedCalls: 1 });
    await run(`mutation { a: ${card("1.00")} b: ${card("2.00")} }`);
    expect(sandbox.ledger()).toMatchObject({ grossMinor: { usd: 5300 }, executedCalls: 2 });
  });

  test("runs what fragments at its root hide", async () => {
    const { run, sandbox } = await startForTest();
    const query = `
      mutation { ...Hidden ... on Mutation { inline: ${card("2.00")} } }
      fragment Hidden on Mutation { ${card("1.00")} }`;
    expect(await run(query)).toMatchObject({ data: { giftCardCreate: ok, inline: ok } });
    expect(sandbox.ledger().grossMinor).toEqual({ usd: 300 });
  });

  test("leaves out what @skip and @include say", async () => {
    const { run, sandbox } = await startForTest();
    const query = `mutation Cards($no: Boolean!) {
      a: giftCardCreate(input: { initialValue: "1.00" }) @include(if: $no) { userErrors { message } }
      b: giftCardCreate(input: { initialValue: "2.00" }) @skip(if: true) { userErrors { message } }
      c: giftCardCreate(input: { initialValue: "4.00" }) @skip(if: $no) { userErrors { message } }
    }`;
    expect(await run(query, { no: false })).toMatchObject({ data: { c: ok } });
    expect(sandbox.ledger().grossMinor).toEqual({ usd: 400 });
  });

  test("is picked by its name, and must be where there are two", async () => {
    const { run, sandbox } = await startForTest();
    const query = `mutation Small { ${card("1.00")} } mutation Large { ${card("9.00")} }`;
    expect(await run(query)).toMatchObject({
      errors: [{ message: expect.stringContaining("operation name") }],
    });
    expect(sandbox.ledger().entries).toEqual([]);
    await run(query, {}, "Large");
    expect(sandbox.ledger().grossMinor).toEqual({ usd: 900 });
  });

  test.each<[string, string]>([
    [
      "a missing variable",
      "mutation M($v: Decimal!) { giftCardCreate(input: { initialValue: $v }) { giftCardCode } }",
    ],
    ["an unknown mutation", "mutation { bulkOperationRunMutation { userErrors { message } } }"],
    ["an unknown field", `mutation { ${card("1.00")} nothing }`],
    ["what does not parse", "mutation {"],
    [
      "a currency that there is none of",
      'mutation { storeCreditAccountCredit(id: "x", creditInput: { creditAmount: { amount: "1", currencyCode: NOT } }) { userErrors { code } } }',
    ],
  ])("with %s does nothing at all", async (_, query) => {
    const { run, sandbox } = await startForTest();
    expect(await run(query)).toMatchObject({ errors: [{ message: expect.any(String) }] });
    expect(sandbox.ledger()).toMatchObject({ entries: [], executedCalls: 0 });
  });

  test.each(["[]", "", "{}", '{"query":1}', '[{"query":"{ shop { name } }"}]'])("is not %j", async (body) => {
    const { post } = await startForTest();
    expect((await post(graphqlPath, body)).status).toBe(400);
  });

  test("can come as the body itself", async () => {
    const { post } = await startForTest();
    const response = await post(graphqlPath, "{ shop { name } }", { "content-type": "application/graphql" });
    expect(await response.json()).toMatchObject({ data: { shop: { name: "Sandbox" } } });
    expect((await post("/admin/api/2026-10/orders.json", "{}")).status).toBe(404);
  });
});

describe("queries", () => {
  test("cost nothing but points", async () => {
    const { client, sandbox } = await startForTest();
    const { data, extensions } = await client.request("{ shop { name currencyCode myshopifyDomain } }");
    expect(data.shop).toEqual({
      name: "Sandbox",
      currencyCode: "USD",
      myshopifyDomain: "sandbox.myshopify.com",
    });
    expect(extensions).toMatchObject({ cost: { actualQueryCost: 10 } });
    expect(sandbox.ledger()).toMatchObject({ entries: [], executedCalls: 0 });
  });

  test("page through the orders", async () => {
    const { client } = await startForTest();
    const query = `query Page($after: String) {
      orders(first: 2, after: $after) { nodes { name } pageInfo { hasNextPage hasPreviousPage endCursor } }
    }`;
    const pages: string[][] = [];
    async function readFrom(after: string | null): Promise<void> {
      const { data } = await client.request(query, { variables: { after } });
      const { nodes, pageInfo } = data.orders;
      pages.push(nodes.map(({ name }: { name: string }) => name));
      expect(pageInfo.hasPreviousPage).toBe(after !== null);
      if (pageInfo.hasNextPage) await readFrom(pageInfo.endCursor);
    }
    await readFrom(null);
    expect(pages).toEqual([["#1001", "#1002"], ["#1003", "#1004"], ["#1005"]]);
  });

  test("list orders backwards, with edges, and not without an end", async () => {
    const { run } = await startForTest();
    expect(await run("{ orders(first: 1, reverse: true) { edges { cursor node { name } } } }")).toMatchObject(
      {
        data: { orders: { edges: [{ cursor: expect.any(String), node: { name: "#1005" } }] } },
      },
    );
    for (const args of ["", "(first: 251)", '(first: 1, after: "x")']) {
      expect(await run(`{ orders${args} { nodes { id } } }`)).toMatchObject({ errors: [{}] });
    }
    expect(await run('{ order(id: "gid://shopify/Order/1") { id } }')).toMatchObject({
      data: { order: null },
    });
  });

  test("show an order's money", async () => {
    const { run } = await startForTest();
    const query = `{ order(id: "gid://shopify/Order/1005") {
      displayFinancialStatus refundable totalOutstandingSet { presentmentMoney { amount } }
      transactions(first: 1) { id }
    } }`;
    expect(await run(query)).toMatchObject({
      data: {
        order: {
          displayFinancialStatus: "PENDING",
          refundable: false,
          totalOutstandingSet: { presentmentMoney: { amount: "100.0" } },
          transactions: [],
        },
      },
    });
  });
});

describe("an idempotency key", () => {
  const keyed = (key: string, value: string) =>
    `mutation { giftCardCreate(input: { initialValue: "${value}" }) @idempotent(key: "${key}") {
      giftCardCode userErrors { message }
    } }`;

  test("hands back the first result", async () => {
    const { run, sandbox } = await startForTest();
    expect(await run(keyed("k1", "5.00"))).toEqual(await run(keyed("k1", "5.00")));
    expect(sandbox.ledger()).toMatchObject({ entries: [{ idempotencyKey: "k1" }], executedCalls: 1 });
  });

  test("is for one set of arguments", async () => {
    const { run, sandbox } = await startForTest();
    await run(keyed("k1", "5.00"));
    expect(await run(keyed("k1", "6.00"))).toMatchObject({
      data: { giftCardCreate: { userErrors: [{ message: expect.stringContaining("idempotency key") }] } },
    });
    expect(sandbox.ledger().grossMinor).toEqual({ usd: 500 });
  });

  test("is not taken by a failure", async () => {
    const { run, sandbox } = await startForTest();
    await run(keyed("k1", "0"));
    await run(keyed("k1", "5.00"));
    expect(sandbox.ledger().grossMinor).toEqual({ usd: 500 });
  });

  test("keeps what a lost answer said", async () => {
    const { post, run, sandbox } = await startForTest();
    sandbox.fail({ kind: "status_after_effect", status: 502 });
    expect((await post(graphqlPath, JSON.stringify({ query: keyed("k1", "5.00") }))).status).toBe(502);
    expect(await run(keyed("k1", "5.00"))).toMatchObject({ data: { giftCardCreate: ok } });
    expect(sandbox.ledger().executedCalls).toBe(1);
  });

  test("lives a day", async () => {
    let nowMs = Date.UTC(2026, 0, 1);
    const { run, sandbox } = await startForTest({ now: () => nowMs });
    await run(keyed("k1", "5.00"));
    nowMs += 24 * 60 * 60 * 1000 - 1;
    await run(keyed("k1", "5.00"));
    expect(sandbox.ledger().executedCalls).toBe(1);
    nowMs += 1;
    await run(keyed("k1", "5.00"));
    expect(sandbox.ledger().executedCalls).toBe(2);
  });

  test("in a header is in the ledger, and does nothing", async () => {
    const { post, sandbox } = await startForTest();
    const body = JSON.stringify({ query: `mutation { ${card("1.00")} }` });
    for (let tries = 0; tries < 2; tries += 1) await post(graphqlPath, body, { "idempotency-key": "h1" });
    expect(sandbox.ledger().entries).toMatchObject([{ idempotencyKey: "h1" }, { idempotencyKey: "h1" }]);
  });
});
