import { describe, expect, test } from "vitest";
import { startForTest } from "./testing/start-for-test.ts";

const sms = { to: "+14155550100", from: "+15005550006", body: "hi" };
const form = { To: sms.to, From: sms.from, Body: sms.body };
const messagingServiceSid = `MG${"0".repeat(32)}`;

describe("a message", () => {
  test("is queued without a price, and is in the ledger with its cost", async () => {
    const { client, sandbox } = await startForTest();
    const message = await client.messages.create(sms);
    expect(message).toMatchObject({ price: null, priceUnit: "USD", numSegments: "1", status: "queued" });
    expect(message.sid).toMatch(/^SM[0-9a-f]{32}$/);
    expect(sandbox.ledger()).toMatchObject({
      entries: [
        {
          vendor: "twilio",
          objectId: message.sid,
          kind: "message.created",
          amountMinor: 0,
          addedMinor: 0,
          amountMicroUsd: 8300,
          currency: "usd",
          livemode: true,
          metadata: { account_sid: sandbox.accountSid, to: sms.to, num_segments: "1" },
        },
      ],
      grossMinor: {},
      grossMicroUsd: 8300,
      executedCalls: 1,
    });
  });

  test("costs by segment and by the longest prefix of its number", async () => {
    const prices = { smsSegment: { "": 50_000, "1": 8_300, "1415": 9_000 } };
    const { client, sandbox } = await startForTest({ prices });
    const body = "a".repeat(161);
    expect((await client.messages.create({ ...sms, body })).numSegments).toBe("2");
    await client.messages.create({ ...sms, to: "+12025550100" });
    await client.messages.create({ ...sms, to: "+442071838750" });
    const costs = sandbox.ledger().entries.map(({ amountMicroUsd }) => amountMicroUsd);
    expect(costs).toEqual([18_000, 8_300, 50_000]);
    expect(sandbox.ledger().grossMicroUsd).toBe(76_300);
  });

  test("with media, a template or another channel costs its own price", async () => {
    const { client, sandbox } = await startForTest();
    const media = ["https://example.com/1.png", "https://example.com/2.png"];
    const mms = await client.messages.create({ ...sms, mediaUrl: media });
    expect(mms).toMatchObject({ numMedia: "2", sid: expect.stringMatching(/^MM/) });
    await client.messages.create({ to: "whatsapp:+14155550100", from: "whatsapp:+15005550006", body: "hi" });
    const template = { to: sms.to, from: sms.from, contentSid: `HX${"0".repeat(32)}` };
    expect((await client.messages.create(template)).numSegments).toBe("1");
    expect(sandbox.ledger().entries.map(({ amountMicroUsd }) => amountMicroUsd)).toEqual([
      22_000, 5_000, 8_300,
    ]);
  });

  test("through a messaging service is accepted with no segments yet, or scheduled", async () => {
    const { client, sandbox } = await startForTest();
    const { from: _, ...unsent } = sms;
    const accepted = await client.messages.create({ ...unsent, messagingServiceSid });
    expect(accepted).toMatchObject({ numSegments: "0", status: "accepted", price: null, from: null });
    expect(await client.messages(accepted.sid).fetch()).toMatchObject({ numSegments: "1" });
    const sendAt = new Date(Date.now() + 3_600_000);
    const later = { ...unsent, messagingServiceSid, sendAt, scheduleType: "fixed" as const };
    expect(await client.messages.create(later)).toMatchObject({ numSegments: "0", status: "scheduled" });
    expect(sandbox.ledger().grossMicroUsd).toBe(16_600);
  });

  test("is sent again at every call, whatever key comes along", async () => {
    const { post, sandbox } = await startForTest();
    const path = `/2010-04-01/Accounts/${sandbox.accountSid}/Messages.json`;
    for (let tries = 0; tries < 2; tries += 1) {
      const body = new URLSearchParams(form).toString();
      expect((await post(path, body, { "idempotency-key": "order-1" })).status).toBe(201);
    }
    expect(sandbox.ledger()).toMatchObject({
      entries: [{ idempotencyKey: "order-1" }, { idempotencyKey: "order-1" }],
      executedCalls: 2,
    });
  });

  test.each<[number, Record<string, string>]>([
    [21211, { ...form, To: "415" }],
    [21211, { ...form, To: "+15005550001" }],
    [21602, { ...form, Body: "" }],
    [21603, { To: sms.to, Body: "hi" }],
    [21604, { From: sms.from, Body: "hi" }],
    [21617, { ...form, Body: "a".repeat(1601) }],
    [35111, { ...form, SendAt: "2030-01-01T00:00:00Z" }],
  ])("is refused with %i, and costs nothing", async (code, fields) => {
    const { post, sandbox } = await startForTest();
    const path = `/2010-04-01/Accounts/${sandbox.accountSid}/Messages.json`;
    const response = await post(path, new URLSearchParams(fields).toString());
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({
      code,
      message: expect.any(String),
      more_info: `https://www.twilio.com/docs/errors/${code}`,
      status: 400,
    });
    expect(sandbox.ledger()).toMatchObject({ entries: [], executedCalls: 0 });
  });

  test("is refused in the SDK's own words", async () => {
    const { client } = await startForTest();
    await expect(client.messages.create({ ...sms, to: "+1" })).rejects.toMatchObject({
      status: 400,
      code: 21211,
      moreInfo: "https://www.twilio.com/docs/errors/21211",
    });
    await expect(client.messages(`SM${"0".repeat(32)}`).fetch()).rejects.toMatchObject({ code: 20404 });
  });
});

describe("the price", () => {
  test("is there at the first fetch", async () => {
    const { client } = await startForTest();
    const { sid } = await client.messages.create(sms);
    const fetched = await client.messages(sid).fetch();
    expect(fetched).toMatchObject({ price: "-0.00830", priceUnit: "USD", status: "delivered" });
  });

  test("or after so many fetches", async () => {
    const { client } = await startForTest({ priceAfterFetches: 2 });
    const { sid } = await client.messages.create(sms);
    const prices: (string | null)[] = [];
    for (let tries = 0; tries < 3; tries += 1) prices.push((await client.messages(sid).fetch()).price);
    expect(prices).toEqual([null, null, "-0.00830"]);
  });

  test("or after so long", async () => {
    let nowMs = Date.UTC(2026, 0, 1);
    const { client } = await startForTest({ priceAfterMs: 1000, now: () => nowMs });
    const { sid } = await client.messages.create(sms);
    nowMs += 999;
    expect((await client.messages(sid).fetch()).price).toBeNull();
    nowMs += 1;
    expect((await client.messages(sid).fetch()).price).toBe("-0.00830");
  });

  test("or what the test says, in another currency", async () => {
    const { client, sandbox } = await startForTest({ priceAfterFetches: 9 });
    const { sid } = await client.messages.create(sms);
    sandbox.setPrice({ sid, price: "-1.2", priceUnit: "JPY" });
    expect(await client.messages(sid).fetch()).toMatchObject({ price: "-1.2", priceUnit: "JPY" });
    expect(sandbox.ledger().grossMicroUsd).toBe(8300);
    expect(() => sandbox.setPrice({ sid: "SM0", price: "-1" })).toThrow(TypeError);
  });
});

describe("the list", () => {
  test("links to its next page by a path", async () => {
    const { client, get, sandbox } = await startForTest();
    for (const body of ["1", "2", "3", "4", "5"]) await client.messages.create({ ...sms, body });
    const path = `/2010-04-01/Accounts/${sandbox.accountSid}/Messages.json`;
    const first = await (await get(`${path}?PageSize=2`)).json();
    expect(first).toMatchObject({ page: 0, page_size: 2, messages: [{ body: "5" }, { body: "4" }] });
    expect(first).toHaveProperty("next_page_uri", expect.stringContaining(`${path}?PageSize=2&Page=1`));
    const all = await client.messages.list({ pageSize: 2 });
    expect(all.map(({ body }) => body)).toEqual(["5", "4", "3", "2", "1"]);
    expect((await get(`${path}?PageSize=0`)).status).toBe(400);
    expect((await get(`${path}?PageToken=PA0`)).status).toBe(400);
  });

  test("is narrowed by number, on every page", async () => {
    const { client } = await startForTest();
    for (const to of ["+14155550100", "+14155550101", "+14155550100"]) {
      await client.messages.create({ ...sms, to });
    }
    expect(await client.messages.list({ to: "+14155550100", pageSize: 1 })).toHaveLength(2);
  });
});
