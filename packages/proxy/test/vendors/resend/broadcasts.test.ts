import { describe, expect, it } from "vitest";
import type { VendorMove } from "../../../test-support/vendors/scripted-vendor.ts";
import { startVendorBench, type VendorBench } from "../../../test-support/vendors/vendor-bench.ts";

const DRAFT = { segment_id: "seg-1", from: "a@example.com", subject: "News" };

/** A Resend with one draft, whose segment has so many contacts. */
async function startBroadcastBench(contacts: number, policy = {}): Promise<VendorBench> {
  const prices = { email: { recipient: 0.001 } };
  const bench = await startVendorBench("resend", { credential: "re_1", prices }, policy);
  const ids = Array.from({ length: contacts }, (_, index) => `c-${index}`);
  bench.vendor.otherwise = ({ method, url }): VendorMove => {
    if (method === "POST") return { json: { id: "b-1" } };
    if (url === "/broadcasts/b-1") return { json: { id: "b-1", segment_id: "seg-1" } };
    if (!url.startsWith("/segments/seg-1/contacts?")) return { status: 404, json: { name: "not_found" } };
    const query = new URL(url, "http://localhost").searchParams;
    const start = ids.indexOf(query.get("after") ?? "") + 1;
    const end = start + Number(query.get("limit"));
    return { json: { data: ids.slice(start, end).map((id) => ({ id })), has_more: end < ids.length } };
  };
  return bench;
}

describe("a broadcast", () => {
  it.each([
    [0, 0],
    [100, 0.1],
    [437, 0.437],
    [500, 0.5],
  ])("costs a price for each contact of its segment: %i", async (contacts, cost) => {
    await using bench = await startBroadcastBench(contacts);
    expect((await bench.call({ path: "/broadcasts", json: DRAFT })).status).toBe(200);
    expect(await bench.spend()).toEqual({ spent: 0, held: 0, unknown: 0 });
    expect((await bench.call({ path: "/broadcasts/b-1/send", json: {} })).status).toBe(200);
    expect(await bench.spend()).toEqual({ spent: cost, held: 0, unknown: 0 });
  });

  it("counts once, however it is sent", async () => {
    await using bench = await startBroadcastBench(3);
    await bench.call({ path: "/broadcasts", json: { ...DRAFT, send: true } });
    await bench.call({ path: "/broadcasts/b-1/send" });
    expect(await bench.spend()).toEqual({ spent: 0.003, held: 0, unknown: 0 });
  });

  it.each<[string, string, object | undefined, string]>([
    ["too many contacts to count", "/broadcasts", { ...DRAFT, send: true }, "unpriced_endpoint"],
    ["another segment", "/broadcasts", { ...DRAFT, segment_id: "seg-2", send: true }, "unpriced_endpoint"],
    ["no segment", "/broadcasts", { from: "a@example.com", send: true }, "unpriced_endpoint"],
    ["two segments", "/broadcasts", { ...DRAFT, audience_id: "seg-1", send: true }, "unreadable_amount"],
    [
      "a time to come",
      "/broadcasts",
      { ...DRAFT, send: true, scheduled_at: "in 1 hour" },
      "unpriced_endpoint",
    ],
    ["a time, but no sending", "/broadcasts", { ...DRAFT, scheduled_at: "in 1 hour" }, "unpriced_endpoint"],
    ["a word for true", "/broadcasts", { ...DRAFT, send: "true" }, "unpriced_endpoint"],
    [
      "an id with a path in it",
      "/broadcasts",
      { ...DRAFT, segment_id: "../x", send: true },
      "unreadable_amount",
    ],
    ["a list", "/broadcasts", [DRAFT], "unreadable_amount"],
    ["a time to come", "/broadcasts/b-1/send", { scheduled_at: "in 1 hour" }, "unpriced_endpoint"],
    ["an id of nothing", "/broadcasts/b-2/send", {}, "unpriced_endpoint"],
  ])("is refused with %s", async (_name, path, json, code) => {
    await using bench = await startBroadcastBench(501);
    expect((await bench.call({ path, json })).code).toBe(code);
    expect(bench.vendor.seen.filter(({ method }) => method === "POST")).toEqual([]);
  });

  it("reserves an operator's bound if its contacts can't be counted", async () => {
    await using bench = await startBroadcastBench(501, { maxUsdPerCall: 2 });
    await bench.call({ path: "/broadcasts", json: { ...DRAFT, send: true } });
    expect(await bench.spend()).toEqual({ spent: 2, held: 0, unknown: 0 });
  });
});
