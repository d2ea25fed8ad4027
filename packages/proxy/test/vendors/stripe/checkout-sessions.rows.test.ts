import { describe, expect, it } from "vitest";
import { CREDENTIAL, play, type Step, startStripeBench } from "../../../test-support/vendors/stripe-bench.ts";

describe("a checkout session", () => {
  const LINE = {
    mode: "payment",
    "line_items[0][price_data][unit_amount]": "2000",
    "line_items[0][price_data][currency]": "usd",
    "line_items[0][price_data][product_data][name]": "Shirt",
    "line_items[0][quantity]": "2",
  };
  const session = (form: Record<string, string>): Step => ({
    path: "/v1/checkout/sessions",
    form: { success_url: "https://example.com", ...form },
    answer: { json: { id: "cs_test_a1QkX2e", amount_total: 4300, currency: "usd" } },
  });

  it("row 47: counts its lines, and then its total", async () => {
    await using bench = await startStripeBench();
    await play(bench, { ...session(LINE), reserved: 40, cost: 43, notes: ["overage"] });
    expect(await bench.spend()).toEqual({ spent: 43, held: 0, unknown: 0 });
  });

  it.each<[string, Record<string, string>, Step["refused"]]>([
    ["tax", { "automatic_tax[enabled]": "true" }, [403, "unpriced_endpoint"]],
    ["a rate of tax", { "line_items[0][tax_rates][0]": "txr_1" }, [403, "unpriced_endpoint"]],
    ["options", { "optional_items[0][price]": "price_1" }, [403, "unpriced_endpoint"]],
    [
      "another session after it",
      { "after_expiration[recovery][enabled]": "true" },
      [403, "unpriced_endpoint"],
    ],
    ["a subscription", { mode: "subscription" }, [403, "unpriced_endpoint"]],
    ["no mode", { mode: "" }, [403, "unpriced_endpoint"]],
    [
      "a line that takes away",
      {
        "line_items[1][price_data][unit_amount]": "-1000",
        "line_items[1][price_data][currency]": "usd",
        "line_items[1][quantity]": "1",
      },
      [400, "unreadable_amount"],
    ],
    ["a list without numbers", { "line_items[][quantity]": "9" }, [400, "unreadable_amount"]],
    ["a line that is a value too", { "line_items[0]": "x" }, [400, "unreadable_amount"]],
  ])("row 47: with %s it is refused", async (_name, fields, refused = [0, ""]) => {
    await using bench = await startStripeBench({ maxUsdPerCall: 0.01 }, {});
    const key = await bench.client.issue({ label: "capped", vendor: "stripe", dailyUsdCap: 1000 });
    await play(bench, { ...session({ ...LINE, ...fields }), key, refused });
  });
});

const URL = "https://example.com/done";
const PRICE_PATH = (id: string): string => `/v1/prices/${id}?expand%5B%5D=currency_options`;
const RATE_PATH = "/v1/shipping_rates/shr_1?expand%5B%5D=fixed_amount.currency_options";

/** A price as Stripe shows it. */
function toPrice(fields: object = {}): object {
  return {
    id: "price_1",
    object: "price",
    billing_scheme: "per_unit",
    currency: "usd",
    custom_unit_amount: null,
    type: "one_time",
    unit_amount: 2000,
    unit_amount_decimal: "2000",
    ...fields,
  };
}

const SHOWN: Record<string, object> = {
  [PRICE_PATH("price_1")]: toPrice(),
  [PRICE_PATH("price_car")]: toPrice({ unit_amount: 1_500_000, unit_amount_decimal: "1500000" }),
  [PRICE_PATH("price_part")]: toPrice({ unit_amount: null, unit_amount_decimal: "0.5" }),
  [PRICE_PATH("price_tip")]: toPrice({
    custom_unit_amount: { maximum: 5000, minimum: 100 },
    unit_amount: null,
  }),
  [PRICE_PATH("price_any")]: toPrice({ custom_unit_amount: { maximum: null }, unit_amount: null }),
  [PRICE_PATH("price_eur")]: toPrice({
    currency_options: {
      usd: { unit_amount: 2000, unit_amount_decimal: "2000" },
      eur: { unit_amount: 3000, unit_amount_decimal: "3000" },
    },
  }),
  [PRICE_PATH("price_xts")]: toPrice({ currency_options: { xts: { unit_amount: 1 } } }),
  [PRICE_PATH("price_tiers")]: toPrice({
    billing_scheme: "tiered",
    unit_amount: null,
    unit_amount_decimal: null,
  }),
  [PRICE_PATH("price_monthly")]: toPrice({ type: "recurring" }),
  [RATE_PATH]: {
    id: "shr_1",
    fixed_amount: { amount: 900, currency: "usd", currency_options: { eur: { amount: 1000 } } },
  },
};

/** With no total in the response, the cost is what was reserved. */
const priced = (path: string, form: Record<string, string>): Step => ({
  path,
  form,
  shown: SHOWN,
  answer: { json: { id: "cs_test_1" } },
});

describe("a checkout session for prices at Stripe", () => {
  it.each<[string, Record<string, string>, number]>([
    ["one", { "line_items[0][price]": "price_1", "line_items[0][quantity]": "3" }, 60],
    [
      "two",
      {
        "line_items[0][price]": "price_1",
        "line_items[0][quantity]": "1",
        "line_items[1][price]": "price_part",
        "line_items[1][quantity]": "300",
      },
      21.5,
    ],
    [
      "a quantity up to a maximum",
      {
        "line_items[0][price]": "price_1",
        "line_items[0][quantity]": "1",
        "line_items[0][adjustable_quantity][enabled]": "true",
        "line_items[0][adjustable_quantity][maximum]": "7",
      },
      140,
    ],
    [
      "a quantity without a maximum",
      {
        "line_items[0][price]": "price_part",
        "line_items[0][quantity]": "100",
        "line_items[0][adjustable_quantity][enabled]": "true",
      },
      0.5,
    ],
    [
      "an amount that the payer chooses up to a maximum",
      { "line_items[0][price]": "price_tip", "line_items[0][quantity]": "1" },
      50,
    ],
    // 30 EUR at 1.1.
    [
      "the most expensive of its currencies",
      { "line_items[0][price]": "price_eur", "line_items[0][quantity]": "1" },
      33,
    ],
    [
      "the most expensive shipping",
      {
        "line_items[0][price]": "price_1",
        "line_items[0][quantity]": "1",
        "shipping_options[0][shipping_rate_data][display_name]": "Slow",
        "shipping_options[0][shipping_rate_data][type]": "fixed_amount",
        "shipping_options[0][shipping_rate_data][fixed_amount][amount]": "500",
        "shipping_options[0][shipping_rate_data][fixed_amount][currency]": "usd",
        "shipping_options[1][shipping_rate]": "shr_1",
      },
      31,
    ],
    [
      "the most expensive of its currencies, whichever the session names",
      { "line_items[0][price]": "price_eur", "line_items[0][quantity]": "1", currency: "usd" },
      33,
    ],
    [
      "no tax",
      {
        "line_items[0][price]": "price_1",
        "line_items[0][quantity]": "1",
        "automatic_tax[enabled]": "false",
      },
      20,
    ],
  ])("reserves %s", async (_name, form, reserved) => {
    await using bench = await startStripeBench();
    const step = priced("/v1/checkout/sessions", { mode: "payment", success_url: URL, ...form });
    await play(bench, { ...step, reserved, cost: reserved });
  });

  it.each<[string, Record<string, string>, Step["refused"]]>([
    ["tiers", { "line_items[0][price]": "price_tiers" }, [403, "unpriced_endpoint"]],
    ["an amount without a maximum", { "line_items[0][price]": "price_any" }, [403, "unpriced_endpoint"]],
    ["a currency without a rate", { "line_items[0][price]": "price_xts" }, [403, "currency_unpriced"]],
    ["a price that isn't there", { "line_items[0][price]": "price_gone" }, [403, "unpriced_endpoint"]],
    ["a recurring price", { "line_items[0][price]": "price_monthly" }, [403, "unpriced_endpoint"]],
    ["an id with a path in it", { "line_items[0][price]": "price_1/../x" }, [400, "unreadable_amount"]],
    [
      "two prices for one line",
      {
        "line_items[0][price]": "price_1",
        "line_items[0][price_data][unit_amount]": "1",
        "line_items[0][price_data][currency]": "usd",
      },
      [403, "unpriced_endpoint"],
    ],
    [
      "a quantity below nothing",
      { "line_items[0][price]": "price_1", "line_items[0][quantity]": "-1" },
      [400, "unreadable_amount"],
    ],
  ])("refuses %s", async (_name, form, refused = [0, ""]) => {
    await using bench = await startStripeBench();
    const fields = { mode: "payment", success_url: URL, "line_items[0][quantity]": "1", ...form };
    await play(bench, { ...priced("/v1/checkout/sessions", fields), refused });
  });

  it("refuses a session for $15,000 under a cap of $500 before anything is created", async () => {
    await using bench = await startStripeBench();
    const key = await bench.issue({ dailyUsdCap: 500 });
    const form = {
      mode: "payment",
      success_url: URL,
      "line_items[0][price]": "price_car",
      "line_items[0][quantity]": "1",
    };
    await play(bench, { ...priced("/v1/checkout/sessions", form), key, refused: [429, "cap_exhausted"] });
  });

  it("counts the first payment of a subscription if the key allows renewals", async () => {
    await using bench = await startStripeBench();
    const form = {
      mode: "subscription",
      success_url: URL,
      "line_items[0][price]": "price_monthly",
      "line_items[0][quantity]": "2",
      "subscription_data[trial_period_days]": "7",
    };
    const step = priced("/v1/checkout/sessions", form);
    await play(bench, { ...step, refused: [403, "unpriced_endpoint"] });
    const key = await bench.issue({ allowRecurring: true });
    await play(bench, { ...step, key, reserved: 40, cost: 40 });
    const taxed = { ...form, "subscription_data[default_tax_rates][0]": "txr_1" };
    await play(bench, {
      ...priced("/v1/checkout/sessions", taxed),
      key,
      refused: [403, "unpriced_endpoint"],
    });
  });

  it("books the total that the response tells, whatever was reserved", async () => {
    await using bench = await startStripeBench();
    const key = await bench.issue({ dailyUsdCap: 500, maxUsdPerCall: 50 });
    const step: Step = {
      path: "/v1/checkout/sessions",
      form: {
        mode: "payment",
        success_url: URL,
        "automatic_tax[enabled]": "true",
        "line_items[0][price]": "price_car",
        "line_items[0][quantity]": "1",
      },
      answer: { json: { id: "cs_1", amount_total: 1_500_000, currency: "usd" } },
    };
    await play(bench, { ...step, key, reserved: 50, cost: 15_000, notes: ["overage"] });
    await play(bench, { ...step, key, refused: [429, "cap_exhausted"] });
  });

  it.each<[string, Record<string, string>, number, number]>([
    [
      "quantities",
      {
        "line_items[0][price]": "price_1",
        "line_items[0][adjustable_quantity][enabled]": "true",
        "line_items[0][adjustable_quantity][maximum]": "7",
      },
      20,
      140,
    ],
    ["an amount", { "line_items[0][price]": "price_tip" }, 1, 50],
    ["a currency", { "line_items[0][price]": "price_eur" }, 20, 33],
    [
      "a shipping rate",
      { "line_items[0][price]": "price_1", "shipping_options[0][shipping_rate]": "shr_1" },
      20,
      31,
    ],
  ])("keeps what the payer can still choose: %s", async (_name, form, total, cost) => {
    await using bench = await startStripeBench();
    const fields = { mode: "payment", success_url: URL, "line_items[0][quantity]": "1", ...form };
    const answer = { json: { id: "cs_1", amount_total: total * 100, currency: "usd" } };
    const step = { ...priced("/v1/checkout/sessions", fields), answer };
    await play(bench, { ...step, reserved: cost, cost });
  });

  it("costs its total where the payer can't raise it", async () => {
    await using bench = await startStripeBench();
    const fields = {
      mode: "payment",
      success_url: URL,
      "line_items[0][price]": "price_1",
      "line_items[0][quantity]": "1",
      "discounts[0][coupon]": "TEN",
    };
    const answer = { json: { id: "cs_1", amount_total: 1000, currency: "usd" } };
    await play(bench, {
      ...priced("/v1/checkout/sessions", fields),
      answer,
      reserved: 20,
      cost: 10,
      notes: [],
    });
  });

  it("keeps an operator's bound if the total can still grow by a tax", async () => {
    await using bench = await startStripeBench();
    const key = await bench.issue({ maxUsdPerCall: 50 });
    const fields = {
      mode: "payment",
      success_url: URL,
      "automatic_tax[enabled]": "true",
      "line_items[0][price]": "price_1",
      "line_items[0][quantity]": "1",
    };
    const answer = { json: { id: "cs_1", amount_total: 2000, currency: "usd" } };
    const step = { ...priced("/v1/checkout/sessions", fields), answer };
    await play(bench, { ...step, key, reserved: 50, cost: 50 });
  });

  it("looks a price up once in 10 minutes, for each account", async () => {
    await using bench = await startStripeBench();
    const key = await bench.issue({ accounts: ["*"] });
    const form = {
      mode: "payment",
      success_url: URL,
      "line_items[0][price]": "price_1",
      "line_items[0][quantity]": "1",
    };
    const step = { ...priced("/v1/checkout/sessions", form), key, reserved: 20, cost: 20 };
    const countLookUps = (): number => bench.vendor.seen.filter(({ method }) => method === "GET").length;
    await play(bench, step);
    await play(bench, step);
    expect(countLookUps()).toBe(1);
    await play(bench, { ...step, headers: { "stripe-account": "acct_1" } });
    expect(countLookUps()).toBe(2);
    bench.clock.now += 600_000;
    await play(bench, step);
    expect(countLookUps()).toBe(3);
    const lookUp = bench.vendor.seen.find(({ method }) => method === "GET");
    expect(lookUp?.headers.authorization).toBe(`Bearer ${CREDENTIAL}`);
  });

  it("refuses the call if a price can't be looked up", async () => {
    await using bench = await startStripeBench();
    bench.vendor.otherwise = () => ({ status: 500, json: {} });
    const form = { mode: "payment", "line_items[0][price]": "price_1", "line_items[0][quantity]": "1" };
    const answer = await bench.call({ path: "/v1/checkout/sessions", form });
    expect([answer.status, answer.code]).toEqual([502, "upstream_unreachable"]);
    expect(answer.text).toContain("Nothing was forwarded");
    expect(bench.vendor.seen.map(({ method }) => method)).toEqual(["GET"]);
    expect(await bench.spend()).toEqual({ spent: 0, held: 0, unknown: 0 });
  });
});

describe("a payment link", () => {
  const LINE = { "line_items[0][price]": "price_1", "line_items[0][quantity]": "2" };

  it.each<[string, Record<string, string>, Pick<Step, "reserved" | "cost" | "refused">]>([
    [
      "reserves its price for each payment that its restriction allows",
      { ...LINE, "restrictions[completed_sessions][limit]": "3" },
      { reserved: 120, cost: 120 },
    ],
    ["is refused without that restriction", LINE, { refused: [403, "unpriced_endpoint"] }],
    [
      "is refused if it takes no limit that can be read",
      { ...LINE, "restrictions[completed_sessions][limit]": "3.5" },
      { refused: [400, "unreadable_amount"] },
    ],
    [
      "is refused for a recurring price",
      {
        "line_items[0][price]": "price_monthly",
        "line_items[0][quantity]": "1",
        "restrictions[completed_sessions][limit]": "1",
      },
      { refused: [403, "unpriced_endpoint"] },
    ],
    [
      "is refused with tax",
      { ...LINE, "automatic_tax[enabled]": "true", "restrictions[completed_sessions][limit]": "1" },
      { refused: [403, "unpriced_endpoint"] },
    ],
  ])("%s", async (_name, form, expected) => {
    await using bench = await startStripeBench();
    await play(bench, { ...priced("/v1/payment_links", form), ...expected });
  });

  it("reserves its shipping for each payment", async () => {
    await using bench = await startStripeBench();
    const form = {
      ...LINE,
      "restrictions[completed_sessions][limit]": "3",
      "shipping_options[0][shipping_rate]": "shr_1",
    };
    // 10 EUR at 1.1 are more than 9 USD.
    await play(bench, { ...priced("/v1/payment_links", form), reserved: 153, cost: 153 });
  });

  it("counts the first payments of its subscriptions if the key allows renewals", async () => {
    await using bench = await startStripeBench({ allowRecurring: true });
    const form = {
      "line_items[0][price]": "price_monthly",
      "line_items[0][quantity]": "1",
      "restrictions[completed_sessions][limit]": "4",
    };
    await play(bench, { ...priced("/v1/payment_links", form), reserved: 80, cost: 80 });
  });

  it("says which field would give it a price", async () => {
    await using bench = await startStripeBench();
    bench.vendor.otherwise = () => ({ json: toPrice() });
    const { text } = await bench.call({ path: "/v1/payment_links", form: LINE });
    expect(text).toContain("restrictions[completed_sessions][limit]");
  });

  it("may be switched off", async () => {
    await using bench = await startStripeBench();
    await play(bench, { ...priced("/v1/payment_links/plink_1", { active: "false" }), reserved: 0, cost: 0 });
    const raise = { "restrictions[completed_sessions][limit]": "9" };
    await play(bench, { ...priced("/v1/payment_links/plink_1", raise), refused: [403, "unpriced_endpoint"] });
  });
});
