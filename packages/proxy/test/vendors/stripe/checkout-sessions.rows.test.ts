import { describe, expect, it } from "vitest";
import { play, type Step, startStripeBench } from "../../../test-support/vendors/stripe-bench.ts";

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
    ["a price kept at Stripe", { "line_items[1][price]": "price_1QkX2e" }, [403, "unpriced_endpoint"]],
    [
      "a quantity that the payer chooses",
      { "line_items[0][adjustable_quantity][enabled]": "true" },
      [403, "unpriced_endpoint"],
    ],
    ["tax", { "automatic_tax[enabled]": "true" }, [403, "unpriced_endpoint"]],
    ["a rate of tax", { "line_items[0][tax_rates][0]": "txr_1" }, [403, "unpriced_endpoint"]],
    [
      "shipping",
      { "shipping_options[0][shipping_rate_data][fixed_amount][amount]": "900" },
      [403, "unpriced_endpoint"],
    ],
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
