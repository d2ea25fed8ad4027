import { describe, expect, test } from "vitest";
import { startForTest } from "./testing/start-for-test.ts";

const call = { to: "+14155550100", from: "+15005550006", twiml: "<Response/>" };

describe("a call", () => {
  test.each([
    [60, 14_000, "60"],
    [61, 28_000, "61"],
    [undefined, 840_000, "3600"],
  ])("with TimeLimit %s costs %i", async (timeLimit, microUsd, duration) => {
    const { client, sandbox } = await startForTest();
    const created = await client.calls.create(timeLimit === undefined ? call : { ...call, timeLimit });
    expect(created).toMatchObject({ status: "queued", price: null, duration: null });
    expect(sandbox.ledger()).toMatchObject({
      entries: [{ objectId: created.sid, kind: "call.created", amountMicroUsd: microUsd }],
    });
    const price = `-${(microUsd / 1_000_000).toFixed(5)}`;
    expect(await client.calls(created.sid).fetch()).toMatchObject({ status: "completed", duration, price });
    expect(await client.calls.list()).toHaveLength(1);
  });

  test("needs a number, something to say, and a TimeLimit that is one", async () => {
    const { client, sandbox } = await startForTest();
    const { twiml: _, ...silent } = call;
    await expect(client.calls.create({ ...call, to: "x" })).rejects.toMatchObject({ code: 21211 });
    await expect(client.calls.create({ ...silent, url: "" })).rejects.toMatchObject({ code: 21205 });
    await expect(client.calls.create({ ...call, timeLimit: 0 })).rejects.toMatchObject({ code: 20001 });
    await expect(client.calls(`CA${"0".repeat(32)}`).fetch()).rejects.toMatchObject({ status: 404 });
    expect(sandbox.ledger().entries).toEqual([]);
  });
});

describe("a lookup", () => {
  test("is free on its own, and paid for by data package", async () => {
    const { client, sandbox } = await startForTest();
    const number = client.lookups.v2.phoneNumbers("+14155550100");
    expect(await number.fetch()).toMatchObject({ valid: true, lineTypeIntelligence: null });
    expect(sandbox.ledger()).toMatchObject({ entries: [], executedCalls: 0 });
    const paid = await number.fetch({ fields: "line_type_intelligence,caller_name" });
    expect(paid).toMatchObject({ lineTypeIntelligence: { errorCode: null }, simSwap: null });
    expect(sandbox.ledger()).toMatchObject({
      entries: [
        { kind: "lookup.line_type_intelligence", amountMicroUsd: 8_000 },
        { kind: "lookup.caller_name", amountMicroUsd: 10_000 },
      ],
      executedCalls: 1,
    });
    await expect(client.lookups.v2.phoneNumbers("415").fetch()).rejects.toMatchObject({ status: 404 });
  });
});

describe("a verification", () => {
  test("costs itself and its channel; the attempt shows the channel's part", async () => {
    const { client, sandbox } = await startForTest();
    const { verifications } = client.verify.v2.services(`VA${"0".repeat(32)}`);
    const created = await verifications.create({ to: "+14155550100", channel: "sms" });
    expect(created).toMatchObject({ status: "pending", channel: "sms" });
    expect(sandbox.ledger()).toMatchObject({
      entries: [{ objectId: created.sid, kind: "verification.created", amountMicroUsd: 58_300 }],
    });
    const attempts = await client.verify.v2.verificationAttempts.list({ verificationSid: created.sid });
    expect(attempts).toMatchObject([{ price: { value: "-0.00830", currency: "usd" } }]);
    const sid = attempts[0]?.sid ?? "";
    expect(await client.verify.v2.verificationAttempts(sid).fetch()).toMatchObject({ sid });
    expect(await client.verify.v2.verificationAttempts.list({ verificationSid: "VE0" })).toEqual([]);
    await expect(verifications.create({ to: "+14155550100", channel: "pigeon" })).rejects.toMatchObject({
      code: 60200,
    });
  });
});

describe("messaging services", () => {
  test("link to their next page by an absolute URL", async () => {
    const { client, get } = await startForTest();
    for (const friendlyName of ["1", "2", "3"]) await client.messaging.v1.services.create({ friendlyName });
    const first = await (await get("/v1/Services?PageSize=2")).json();
    expect(first).toMatchObject({
      meta: { key: "services", page_size: 2 },
      services: [{ friendly_name: "3" }, { friendly_name: "2" }],
    });
    expect(first).toHaveProperty(
      "meta.next_page_url",
      expect.stringMatching(/^https:\/\/messaging\.twilio\.com\/v1\/Services\?PageSize=2&Page=1&PageToken=/),
    );
    const all = await client.messaging.v1.services.list({ pageSize: 2 });
    expect(all.map(({ friendlyName }) => friendlyName)).toEqual(["3", "2", "1"]);
    expect(await client.messaging.v1.services(all[0]?.sid ?? "").fetch()).toMatchObject({ sid: all[0]?.sid });
  });
});

describe("a phone number", () => {
  test("is bought once, for a price that the answer does not say", async () => {
    const { client, sandbox } = await startForTest();
    const bought = await client.incomingPhoneNumbers.create({ phoneNumber: "+14155550111" });
    expect(bought).toMatchObject({ phoneNumber: "+14155550111" });
    expect(bought.toJSON()).not.toHaveProperty("price");
    expect(await client.incomingPhoneNumbers.create({ areaCode: "415" })).toMatchObject({
      phoneNumber: expect.stringMatching(/^\+1415/),
    });
    await expect(client.incomingPhoneNumbers.create({ phoneNumber: "+14155550111" })).rejects.toMatchObject({
      code: 21422,
    });
    expect(sandbox.ledger()).toMatchObject({ grossMicroUsd: 2_300_000, executedCalls: 2 });
    expect(await client.incomingPhoneNumbers.list()).toHaveLength(2);
  });
});
