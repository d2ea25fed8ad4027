import type { Policy } from "@keybrake/core";
import { describe, expect, it } from "vitest";
import { startVendorBench, type VendorBench } from "../../../test-support/vendors/vendor-bench.ts";

const EMAIL = { from: "a@example.com", to: "b@example.com", subject: "Hi", text: "Hi" };
const CREDENTIAL = "re_canary";

function startResendBench(policy: Partial<Policy> = {}): Promise<VendorBench> {
  return startVendorBench(
    "resend",
    { credential: CREDENTIAL, prices: { email: { recipient: 0.0009 } } },
    policy,
  );
}

const toBatch = (length: number): object[] => Array.from({ length }, () => EMAIL);
const toIds = (length: number): { data: object[] } => ({
  data: Array.from({ length }, (_, index) => ({ id: `id_${index}` })),
});

describe("an email", () => {
  it.each<[string, object, number]>([
    ["one recipient", {}, 0.0009],
    ["two, a copy and a blind copy", { to: ["b@x.io", "c@x.io"], cc: "d@x.io", bcc: ["e@x.io"] }, 0.0036],
    ["two in one text", { to: "a@x, b@x" }, 0.0018],
    ["a name with a comma", { to: '"Doe, Jane" <jane@x.io>' }, 0.0009],
    ["copies that are null", { cc: null, bcc: [] }, 0.0009],
    ["copies in the message's headers", { headers: { BCC: "d@x.io, e@x.io", "X-A": "f@x.io" } }, 0.0027],
    ["a full-width @", { to: "a@x.io,b＠x.io" }, 0.0018],
  ])("row 81: to %s", async (_name, fields, usd) => {
    await using bench = await startResendBench();
    bench.vendor.moves.push({ json: { id: "id_1" } });
    expect((await bench.call({ path: "/emails", json: { ...EMAIL, ...fields } })).status).toBe(200);
    expect(await bench.spend()).toEqual({ spent: usd, held: 0, unknown: 0 });
    expect((await bench.entries())[0]).toMatchObject({ reservedUsd: usd, costUsd: usd, notes: [] });
  });

  it.each<[string, unknown]>([
    ["no recipient", { ...EMAIL, to: undefined }],
    ["a number for a recipient", { ...EMAIL, to: [1] }],
    ["lists in a list", { ...EMAIL, to: [["b@x.io"]] }],
    ["recipients in other letters", { ...EMAIL, BCC: "d@x.io" }],
    ["a line break in a header", { ...EMAIL, headers: { "X-A": "1\r\nBcc: d@x.io" } }],
    ["a list", [EMAIL]],
  ])("row 81: %s reaches nobody", async (_name, json) => {
    await using bench = await startResendBench();
    const { status, code } = await bench.call({ path: "/emails", json });
    expect({ status, code }).toEqual({ status: 400, code: "unreadable_amount" });
    expect(bench.vendor.seen).toEqual([]);
  });

  it("row 84: the same key, body and id cost nothing more", async () => {
    await using bench = await startResendBench({ dailyUsdCap: 0.0009 });
    bench.vendor.otherwise = () => ({ json: { id: "id_1" } });
    const call = { path: "/emails", json: EMAIL, headers: { "idempotency-key": "once" } };
    for (const cost of ["0.0009", "0.00", "0.00"]) {
      const { status, headers } = await bench.call(call);
      expect([status, headers.get("keybrake-cost-usd")]).toEqual([200, cost]);
    }
    expect(await bench.spend()).toEqual({ spent: 0.0009, held: 0, unknown: 0 });
  });

  it("row 84: another id under the same key is another email", async () => {
    await using bench = await startResendBench();
    bench.vendor.moves.push({ json: { id: "id_1" } }, { json: { id: "id_2" } });
    const call = { path: "/emails", json: EMAIL, headers: { "idempotency-key": "once" } };
    await bench.call(call);
    await bench.call(call);
    expect((await bench.spend()).spent).toBe(0.0018);
  });

  it("row 84: after a day the key is a new one to us, and the same id is still known", async () => {
    await using bench = await startResendBench({ expiresIn: "24h" });
    bench.vendor.moves.push({ json: { id: "id_1" } }, { json: { id: "id_1" } });
    const call = { path: "/emails", json: EMAIL, headers: { "idempotency-key": "once" } };
    await bench.call(call);
    bench.clock.now += 23.5 * 3_600_000;
    await bench.call(call);
    expect((await bench.spend()).spent).toBe(0.0009);
  });

  it.each(["invalid_idempotent_request", "concurrent_idempotent_requests"])(
    "row 84: a 409 %s frees nothing",
    async (name) => {
      await using bench = await startResendBench();
      bench.vendor.moves.push("reset", { status: 409, json: { statusCode: 409, name, message: "no" } });
      const call = { path: "/emails", json: EMAIL, headers: { "idempotency-key": "once" } };
      await bench.call(call);
      expect((await bench.call(call)).status).toBe(409);
      expect(await bench.spend()).toEqual({ spent: 0, held: 0.0009, unknown: 0.0009 });
    },
  );
});

describe("a batch", () => {
  const permissive = { "x-batch-validation": "permissive" };

  it.each<[string, Record<string, string>, object, number]>([
    ["strict", { "x-batch-validation": "strict" }, toIds(3), 0.0027],
    ["without a header", {}, toIds(3), 0.0027],
    ["permissive", permissive, { ...toIds(2), errors: [{ index: 1, message: "bad" }] }, 0.0018],
    ["permissive, all sent", permissive, { ...toIds(3), errors: [] }, 0.0027],
    ["strict, though the answer has errors", {}, { ...toIds(2), errors: [{ index: 1 }] }, 0.0027],
    ["permissive, unaccounted for", permissive, { ...toIds(1), errors: [{ index: 1 }] }, 0.0027],
    [
      "permissive, the same error twice",
      permissive,
      { ...toIds(1), errors: [{ index: 1 }, { index: 1 }] },
      0.0027,
    ],
    ["permissive, an error elsewhere", permissive, { ...toIds(2), errors: [{ index: 3 }] }, 0.0027],
  ])("row 82: of three, %s", async (_name, headers, json, usd) => {
    await using bench = await startResendBench();
    bench.vendor.moves.push({ json });
    await bench.call({ path: "/emails/batch", json: toBatch(3), headers });
    expect((await bench.entries())[0]).toMatchObject({ reservedUsd: 0.0027, costUsd: usd });
    expect(await bench.spend()).toEqual({ spent: usd, held: 0, unknown: 0 });
  });

  it("row 82: what failed is counted by its own recipients", async () => {
    await using bench = await startResendBench();
    bench.vendor.moves.push({ json: { ...toIds(1), errors: [{ index: 0, message: "bad" }] } });
    const json = [EMAIL, { ...EMAIL, to: ["b@x.io", "c@x.io"] }];
    await bench.call({ path: "/emails/batch", json, headers: permissive });
    expect(await bench.spend()).toEqual({ spent: 0.0018, held: 0, unknown: 0 });
  });

  it.each([
    [101, 0.0909],
    [0, 0],
  ])("row 83: of %i is the vendor's to refuse", async (length, reservedUsd) => {
    await using bench = await startResendBench();
    bench.vendor.moves.push({ status: 422, json: { statusCode: 422, name: "validation_error" } });
    expect((await bench.call({ path: "/emails/batch", json: toBatch(length) })).status).toBe(422);
    expect((await bench.entries())[0]).toMatchObject({ reservedUsd, outcome: "released" });
    expect(await bench.spend()).toEqual({ spent: 0, held: 0, unknown: 0 });
  });

  it("releases what a security refusal (451) did not send", async () => {
    await using bench = await startResendBench();
    bench.vendor.moves.push({ status: 451, json: { statusCode: 451, name: "security_error" } });
    expect((await bench.call({ path: "/emails/batch", json: toBatch(2) })).status).toBe(451);
    expect((await bench.entries())[0]).toMatchObject({ outcome: "released" });
    expect(await bench.spend()).toEqual({ spent: 0, held: 0, unknown: 0 });
  });

  it("row 84: the same ids again cost nothing more", async () => {
    await using bench = await startResendBench();
    bench.vendor.otherwise = () => ({ json: toIds(2) });
    const call = { path: "/emails/batch", json: toBatch(2), headers: { "idempotency-key": "once" } };
    await bench.call(call);
    await bench.call(call);
    expect((await bench.spend()).spent).toBe(0.0018);
  });
});

describe("what is not an email", () => {
  it.each([
    ["PATCH /broadcasts/b_1", "unpriced_endpoint"],
    ["POST /broadcasts/b_1/duplicate", "unpriced_endpoint"],
    ["POST /events/send", "unpriced_endpoint"],
    ["POST /automations", "unpriced_endpoint"],
    ["POST /api-keys", "secret_endpoint"],
  ])("row 85: %s is refused", async (endpoint, code) => {
    await using bench = await startResendBench();
    const [method = "", path = ""] = endpoint.split(" ");
    const answer = await bench.call({ method, path, json: {} });
    expect({ status: answer.status, code: answer.code }).toEqual({ status: 403, code });
    expect(bench.vendor.seen).toEqual([]);
  });

  it("row 85: a key that is not heeded there makes no second try free", async () => {
    await using bench = await startResendBench({ maxUsdPerCall: 1 });
    bench.vendor.otherwise = () => ({ json: { id: "same" } });
    const call = { path: "/events/send", json: {}, headers: { "idempotency-key": "once" } };
    await bench.call(call);
    await bench.call(call);
    expect((await bench.spend()).spent).toBe(2);
  });
});

describe("credentials", () => {
  it.each<[string, (token: string) => string]>([
    ["as a bearer token", (token) => `Bearer ${token}`],
    ["as a Basic user", (token) => `Basic ${btoa(`${token}:`)}`],
    ["as a Basic password", (token) => `Basic ${btoa(`re:${token}`)}`],
  ])("row 97: the vault key comes %s, and only the real credential goes on", async (_name, toHeader) => {
    await using bench = await startResendBench();
    bench.vendor.moves.push({ json: { id: "id_1" } });
    const headers = { authorization: toHeader(bench.key.token) };
    expect((await bench.call({ path: "/emails", json: EMAIL, headers })).status).toBe(200);
    expect(bench.vendor.seen[0]?.headers.authorization).toBe(`Bearer ${CREDENTIAL}`);
    expect(JSON.stringify(bench.vendor.seen)).not.toContain("vk_");
  });
});
