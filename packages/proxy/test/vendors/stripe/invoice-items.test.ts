import { describe, expect, it } from "vitest";
import { play, type Step, startStripeBench } from "../../../test-support/vendors/stripe-bench.ts";

const CUSTOMER = "cus_9s6XKzkNRiz8i3";

describe("an invoice item", () => {
  const item = (form: Record<string, string>): Step => ({
    path: "/v1/invoiceitems",
    form: { customer: CUSTOMER, ...form },
    answer: { json: { id: "ii_1QkX2e" } },
  });

  it.each<[string, Record<string, string>, number]>([
    ["by its amount", { amount: "500", currency: "usd" }, 5],
    ["by its price", { "price_data[unit_amount]": "250", "price_data[currency]": "eur", quantity: "4" }, 11],
    [
      "by parts of a cent",
      { unit_amount_decimal: "0.000000000001", quantity: "3", currency: "usd" },
      0.000001,
    ],
    ["by parts of a unit", { unit_amount_decimal: "10.5", quantity_decimal: "1.5", currency: "usd" }, 0.1575],
  ])("counts %s", async (_name, form, usd) => {
    await using bench = await startStripeBench();
    await play(bench, { ...item(form), reserved: usd, cost: usd, notes: ["estimate"] });
  });

  it.each<[string, Record<string, string>, number]>([
    ["one", { "pricing[price]": "price_1QkX2e" }, 12.5],
    ["several", { "pricing[price]": "price_1QkX2e", quantity: "3" }, 37.5],
    ["parts, in an older version", { price: "price_1QkX2e", quantity_decimal: "0.5" }, 6.25],
  ])("counts by a price kept at Stripe: %s", async (_name, form, usd) => {
    await using bench = await startStripeBench();
    const price = { billing_scheme: "per_unit", currency: "usd", unit_amount: 1250, type: "one_time" };
    const shown = { "/v1/prices/price_1QkX2e?expand%5B%5D=currency_options": price };
    await play(bench, { ...item(form), shown, reserved: usd, cost: usd });
  });

  it.each<[string, Record<string, string>]>([
    ["a price that Stripe doesn't have", { "pricing[price]": "price_1QkX2e" }],
    ["something else in its pricing", { "pricing[price]": "price_1QkX2e", "pricing[tier]": "1" }],
    ["no price in its pricing", { "pricing[tier]": "1", amount: "1", currency: "usd" }],
    ["a rate of tax", { amount: "500", currency: "usd", "tax_rates[0]": "txr_1QkX2e" }],
    ["the customer's currency", { amount: "500" }],
    ["nothing", {}],
  ])("has no price by %s", async (_name, form) => {
    await using bench = await startStripeBench();
    await play(bench, { ...item(form), refused: [403, "unpriced_endpoint"] });
  });

  it.each<[string, Record<string, string>]>([
    ["two ways at once", { amount: "500", unit_amount_decimal: "1", currency: "usd" }],
    ["an exponent", { unit_amount_decimal: "1e3", currency: "usd" }],
    ["a negative quantity", { unit_amount_decimal: "-1", quantity: "-5", currency: "usd" }],
    ["13 decimals", { unit_amount_decimal: "0.0000000000001", currency: "usd" }],
    ["other letters", { "price_data[unit_amount]": "1", "price_data[Unit_Amount]": "9", currency: "usd" }],
    ["a price and an amount", { "pricing[price]": "price_1QkX2e", amount: "1" }],
    ["two prices", { "pricing[price]": "price_1QkX2e", price: "price_2" }],
    ["an id with a path in it", { "pricing[price]": "../customers" }],
    ["a value that is a list", { "price_data[unit_amount][]": "1", currency: "usd" }],
  ])("can't be read by %s", async (_name, form) => {
    await using bench = await startStripeBench();
    await play(bench, { ...item(form), refused: [400, "unreadable_amount"] });
  });

  it("counts what an update raises it by, and what a deleted credit is worth", async () => {
    await using bench = await startStripeBench();
    const path = "/v1/invoiceitems/ii_1QkX2e";
    const json = { id: "ii_1QkX2e", amount: 500, currency: "usd" };
    await play(bench, {
      ...item({ amount: "500", currency: "usd" }),
      answer: { json },
      reserved: 5,
      cost: 5,
    });
    await play(bench, {
      path,
      form: { amount: "700" },
      shown: { [path]: json },
      answer: { json: { ...json, amount: 700 } },
      reserved: 2,
      cost: 2,
    });
    await play(bench, { path, form: { description: "x" }, reserved: 0, cost: 0 });
    await play(bench, { path, form: { quantity: "9" }, refused: [403, "unpriced_endpoint"] });
    await play(bench, { method: "DELETE", path, shown: { [path]: json }, reserved: 0, cost: 0 });
  });

  it("costs what it took away when it is deleted", async () => {
    await using bench = await startStripeBench({ dailyUsdCap: 4.99 });
    const path = "/v1/invoiceitems/ii_1QkX2e";
    bench.vendor.otherwise = () => ({ json: { amount: -500, currency: "usd" } });
    expect((await bench.call({ method: "DELETE", path })).code).toBe("cap_exhausted");
    expect(bench.vendor.seen.map(({ method }) => method)).toEqual(["GET"]);
  });
});
