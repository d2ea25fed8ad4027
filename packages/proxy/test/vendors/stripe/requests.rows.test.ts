import { once } from "node:events";
import { request } from "node:http";
import { describe, expect, it } from "vitest";
import { createSender } from "../../../test-support/sender.ts";
import { DONE, FORM } from "../../../test-support/vendors/held-bench.ts";
import { startStripeBench } from "../../../test-support/vendors/stripe-bench.ts";
import type { VendorBench } from "../../../test-support/vendors/vendor-bench.ts";

describe("a request that is not plain", () => {
  const headers = (bench: VendorBench): Record<string, string> => ({
    authorization: `Bearer ${bench.key.token}`,
    "content-type": "application/x-www-form-urlencoded",
  });

  it("row 53: a body above the limit is not read to its end", async () => {
    await using bench = await startStripeBench({}, { limits: { body_bytes: 1024 } });
    const form = { ...FORM, description: "x".repeat(2000) };
    const { status, code } = await bench.call({ path: "/v1/payment_intents", form });
    expect([status, code]).toEqual([413, "request_too_large"]);
    expect(bench.vendor.seen).toEqual([]);
  });

  it.each([
    ["that is small", "amount=2000&currency=usd", 200],
    ["above the limit", `amount=2000&currency=usd&description=${"x".repeat(2000)}`, 413],
  ])("row 53: a body without a length %s", async (_name, body, expected) => {
    await using bench = await startStripeBench({}, { limits: { body_bytes: 1024 } });
    bench.vendor.otherwise = () => DONE;
    const sent = request({
      port: new URL(bench.proxyUrl).port,
      method: "POST",
      path: "/stripe/v1/payment_intents",
      headers: { ...headers(bench), "transfer-encoding": "chunked" },
    });
    sent.write(body.slice(0, 10));
    sent.end(body.slice(10));
    const [response] = await once(sent, "response");
    response.resume();
    expect(response.statusCode).toBe(expected);
    expect(await bench.spend()).toEqual({ spent: expected === 200 ? 20 : 0, held: 0, unknown: 0 });
    expect(bench.vendor.seen).toHaveLength(expected === 200 ? 1 : 0);
  });

  it.each(["_method=POST", "limit=1&_method=post", "%5Fmethod=POST", "_METHOD[]=POST", "[_method]=POST"])(
    "row 54: a read that the query %s turns into a charge",
    async (query) => {
      await using bench = await startStripeBench();
      const path = `/v1/charges?${query}&amount=999999&currency=usd&source=tok_visa`;
      const { status, code } = await bench.call({ method: "GET", path });
      expect([status, code]).toEqual([400, "malformed_request"]);
      expect(bench.vendor.seen).toEqual([]);
    },
  );

  it.each([
    "/v1/refunds/../payouts",
    "/v1/%2e%2e/v1/payouts",
    "/v1//payouts",
    "\\v1\\payouts",
    "/v1/refunds/..%2fpayouts",
    "/v1/payment_intents%2Fpi%2Fcapture",
    "/v1/refunds/%252e%252e/payouts",
    "/v1/payouts",
    "/v1/refunds/x;/../payouts",
  ])("row 54: the path %s, where only refunds are allowed", async (path) => {
    await using bench = await startStripeBench({ allowedEndpoints: ["/v1/refunds/*"] });
    const sender = createSender(Number(new URL(bench.proxyUrl).port));
    const answer = await sender.send("POST", `/stripe${path}`, {
      headers: headers(bench),
      body: "amount=2000&currency=usd",
    });
    sender.close();
    expect([400, 403, 404]).toContain(answer.status);
    expect(answer.json).toMatchObject({ error: { type: "keybrake_error" } });
    expect(bench.vendor.seen).toEqual([]);
    expect(await bench.spend()).toEqual({ spent: 0, held: 0, unknown: 0 });
  });
});
