import Stripe from "stripe";
import { expect, it } from "vitest";
import { startForTest } from "../test-support/start-for-test.ts";

const CHARGE = { amount: 2000, currency: "usd", source: "tok_visa" };

it("finds the vendor by path", async () => {
  const bench = await startForTest();
  const charge = await bench.stripe(await bench.issue()).charges.create(CHARGE);
  expect(charge.amount).toBe(2000);
});

it("finds the vendor by host, so that the SDK needs no prefix", async () => {
  const bench = await startForTest();
  const key = await bench.issue();
  for (const host of ["stripe.proxy.example", "STRIPE.localhost:4242"]) {
    const answer = await bench.send("GET", "/v1/balance", {
      headers: { host, authorization: `Bearer ${key.token}` },
    });
    expect(answer.json).toMatchObject({ object: "balance" });
  }
  const elsewhere = await bench.send("GET", "/v1/keys", { headers: { host: "striped.example" } });
  expect(elsewhere.json).toMatchObject({ code: "invalid_token" });
});

it("gives a vendor a port of its own, where nothing else is served", async () => {
  const bench = await startForTest({ stripe: { listen: "127.0.0.1:0" } });
  const key = await bench.issue({ daily_usd_cap: 20 });
  const { hostname, port } = new URL(bench.vendorUrls.stripe ?? "");
  const stripe = new Stripe(key.token, { host: hostname, port, protocol: "http", telemetry: false });
  expect((await stripe.charges.create(CHARGE)).amount).toBe(2000);
  await expect(stripe.charges.create(CHARGE)).rejects.toMatchObject({ code: "cap_exhausted" });
  const control = await fetch(`${bench.vendorUrls.stripe}/v1/keys`, {
    headers: { authorization: `Bearer ${key.token}` },
  });
  expect(control.status).toBe(404);
  expect(await control.json()).not.toHaveProperty("code");
});

it("names the vendors there are to who names none of them", async () => {
  const bench = await startForTest();
  for (const path of ["/", "/twilio/v1", "/Stripe/v1/charges", "/stripe2"]) {
    const answer = await bench.send("GET", path);
    expect([answer.status, answer.headers["x-keybrake-code"]]).toEqual([404, "unknown_vendor"]);
    expect(answer.text).toContain("stripe");
  }
  expect(await bench.audit()).toEqual([]);
});
