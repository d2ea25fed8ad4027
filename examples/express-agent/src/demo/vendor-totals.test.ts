import { startStripeSandbox } from "@keybrake/sandbox";
import Stripe from "stripe";
import { expect, it } from "vitest";
import { emulatorTotals, stripeTotals } from "./vendor-totals.ts";

it("reads the same totals of a run from Stripe's list and from the emulator's ledger", async () => {
  await using sandbox = await startStripeSandbox().then((started) => ({
    ...started,
    [Symbol.asyncDispose]: () => started.close(),
  }));
  const stripe = new Stripe(sandbox.secretKey, { host: "127.0.0.1", port: sandbox.port, protocol: "http" });
  for (let index = 0; index < 120; index++) {
    const run = index % 2 === 0 ? "mine" : "another";
    await stripe.paymentIntents.create({ amount: 100 + index, currency: "usd", metadata: { run } });
  }
  const expected = { charged: 60, cents: 60 * 100 + 59 * 60 };
  expect(await emulatorTotals(sandbox.url)("mine")).toEqual(expected);
  expect(await stripeTotals(stripe, 0)("mine")).toEqual(expected);
});
