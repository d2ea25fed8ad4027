import { describe, expect, it } from "vitest";
import {
  CALLS,
  type Form,
  MESSAGES,
  PRICES,
  startTwilioBench,
  toForm,
  toMessage,
} from "../../../test-support/vendors/twilio-bench.ts";

/** What a POST reserves, or the code it is refused with. */
async function reserve(path: string, form: Form, prices: object = {}, policy = {}): Promise<number | string> {
  await using bench = await startTwilioBench(policy, { prices: { ...PRICES, ...prices } });
  bench.vendor.moves.push({ status: 201, json: toMessage() });
  const { code } = await bench.call({ path, ...toForm(form) });
  expect(bench.vendor.seen.length).toBe(code === undefined ? 1 : 0);
  return code ?? (await bench.entries())[0]?.reservedUsd ?? Number.NaN;
}

describe("a message", () => {
  const longest = { sms: { "+1": 0.0145, "+1242": 0.03, "+44": 0.05 } };
  const media = ["https://a.example/1", "https://a.example/2"];

  it.each<[string, Form, object, number | string]>([
    ["the longest prefix", { To: "+12425550100", Body: "hi" }, longest, 0.03],
    ["no text, which Twilio refuses", {}, {}, 0.0145],
    [
      "media, from a service that may send links instead",
      { MediaUrl: media, MessagingServiceSid: "MG1" },
      {},
      0.0435,
    ],
    ["media, where it has no price", { To: "+442071838750", MediaUrl: media }, longest, "unpriced_endpoint"],
    ["text as media", { Body: "hi", SendAsMms: "true" }, {}, 0.035],
    ["text, not as media", { Body: "hi", SendAsMms: "false" }, {}, 0.0145],
    ["short links", { Body: "see https://a.example", ShortenUrls: "true" }, {}, 0.145],
    ["a template, where media has no price", { ContentSid: "HX1" }, { mms: {} }, "unpriced_endpoint"],
    [
      "a channel with a price",
      { To: "whatsapp:+14155550100", Body: "hi" },
      { channel: { whatsapp: 0.05 } },
      0.05,
    ],
    ["a channel, by its sender", { From: "rcs:brand", Body: "hi" }, {}, "unpriced_endpoint"],
    ["a field that nobody knows", { Body: "hi", Turbo: "1" }, {}, "unpriced_endpoint"],
    ["a field of a list", { Body: "hi", "MediaUrl[0]": "https://a.example" }, {}, "unpriced_endpoint"],
    [
      "a price above all bounds",
      { Body: "hi", ContentSid: "HX1" },
      { sms: { "+1": 9e9 } },
      "unreadable_amount",
    ],
    ["two numbers", { To: ["+14155550100", "+14155550101"], Body: "hi" }, {}, "unreadable_amount"],
    ["two senders", { From: ["+14155550100", "+14155550101"], Body: "hi" }, {}, "unreadable_amount"],
    ["two texts", { Body: ["hi", "a".repeat(500)] }, {}, "unreadable_amount"],
    ["another text in other letters", { Body: "hi", body: "a".repeat(500) }, {}, "unreadable_amount"],
    ["no number", { To: [], Body: "hi" }, {}, "unreadable_amount"],
  ])("with %s", async (_name, form, prices, expected) => {
    expect(await reserve(MESSAGES, form, prices)).toBe(expected);
  });

  it("that was cut into more segments than were counted costs those", async () => {
    await using bench = await startTwilioBench();
    bench.vendor.moves.push({ status: 201, json: toMessage({ num_segments: "3" }) });
    await bench.call({ path: MESSAGES, ...toForm({ Body: "hi" }) });
    expect((await bench.entries())[0]).toMatchObject({ costUsd: 0.0435, notes: ["overage"] });
  });

  it.each([
    ["that is JSON", { json: { To: "+14155550100", Body: "hi" } }],
    ["with a query", { ...toForm({ Body: "hi" }), path: `${MESSAGES}?Body=longer` }],
  ])("%s reaches nobody", async (_name, call) => {
    await using bench = await startTwilioBench();
    expect((await bench.call({ path: MESSAGES, ...call })).code).toBe("unreadable_amount");
    expect(bench.vendor.seen).toEqual([]);
  });

  it("keeps its estimate where the price is in a currency without a rate", async () => {
    await using bench = await startTwilioBench();
    bench.vendor.moves.push({ status: 201, json: toMessage() });
    bench.vendor.otherwise = () => ({ json: toMessage({ price: "-1.2", price_unit: "XTS" }) });
    await bench.call({ path: MESSAGES, ...toForm({ Body: "hi" }) });
    await expect.poll(() => bench.vendor.seen.length).toBeGreaterThan(2);
    expect(await bench.spend()).toEqual({ spent: 0.0145, held: 0, unknown: 0 });
  });
});

describe("a call", () => {
  const speak = "<Response><Say>Hello</Say><Pause/></Response>";
  const limited = { TimeLimit: "60" };

  it.each<[string, Form, number | string]>([
    ["spoken instructions", { ...limited, Twiml: speak }, 0.014],
    [
      "instructions that dial on",
      { ...limited, Twiml: "<Response><Dial>+1900</Dial></Response>" },
      "unpriced_endpoint",
    ],
    [
      "instructions in disguise",
      { ...limited, Twiml: "<Response>< \nDial>1</Dial></Response>" },
      "unpriced_endpoint",
    ],
    [
      "instructions of a document type",
      { ...limited, Twiml: `<!DOCTYPE a [<!ENTITY x "y">]>${speak}` },
      "unpriced_endpoint",
    ],
    [
      "a voice that is charged for",
      { ...limited, Twiml: speak.replace("<Say", '<Say voice="x"') },
      "unpriced_endpoint",
    ],
    ["a recording", { ...limited, Url: "https://a.example", Record: "true" }, "unpriced_endpoint"],
    ["a SIP address", { ...limited, Url: "https://a.example", To: "sip:a@b.example" }, "unpriced_endpoint"],
    ["a limit that is no number", { Url: "https://a.example", TimeLimit: "1e3" }, "unreadable_amount"],
    ["a limit of nothing", { Url: "https://a.example", TimeLimit: "0" }, "unreadable_amount"],
    ["two limits", { Url: "https://a.example", TimeLimit: ["1", "14400"] }, "unreadable_amount"],
    ["no number", { ...limited, To: [] }, "unreadable_amount"],
  ])("with %s", async (_name, form, expected) => {
    expect(await reserve(CALLS, form)).toBe(expected);
  });

  it.each<[Record<string, string>, string | undefined]>([
    [{ Status: "completed" }, undefined],
    [{ Status: "canceled" }, undefined],
    [{ Status: "completed", TimeLimit: "14400" }, "unpriced_endpoint"],
    [{ Url: "https://a.example" }, "unpriced_endpoint"],
  ])("under way is told %o", async (form, code) => {
    await using bench = await startTwilioBench();
    bench.vendor.moves.push({ json: { sid: "CA1" } });
    expect((await bench.call({ path: CALLS.replace(".json", "/CA1.json"), form })).code).toBe(code);
  });
});

describe("a verification", () => {
  const PATH = "/verify/v2/Services/VA1/Verifications";

  it.each<[string, Form, object, number | string]>([
    ["a text of the caller's own", { Channel: "sms", CustomMessage: "long" }, {}, 0.195],
    ["a channel with a price", { Channel: "email" }, { verify: { verification: 0.05, email: 0.01 } }, 0.06],
    ["a channel without one", { Channel: "call" }, {}, "unpriced_endpoint"],
    ["a number without a price", { Channel: "sms", To: "+442071838750" }, {}, "unpriced_endpoint"],
    ["no price for its success", { Channel: "sms" }, { verify: {} }, "unpriced_endpoint"],
    ["no channel", {}, {}, "unreadable_amount"],
    ["two channels", { Channel: ["sms", "call"] }, {}, "unreadable_amount"],
  ])("with %s", async (_name, form, prices, expected) => {
    expect(await reserve(PATH, form, prices)).toBe(expected);
  });
});

describe("a number", () => {
  const PATH = CALLS.replace("Calls", "IncomingPhoneNumbers");
  const renews = { allowRecurring: true };

  it.each<[string, string, Form, object, number | string]>([
    ["by its number", PATH, { PhoneNumber: "+14155550100" }, renews, 1.15],
    ["by its area", PATH.replace(".json", "/Local.json"), { AreaCode: "415" }, renews, 1.15],
    ["for a key that may not renew", PATH, { PhoneNumber: "+14155550100" }, {}, "unpriced_endpoint"],
    [
      "for a key that may not renew, whatever one call may cost",
      PATH,
      { PhoneNumber: "+14155550100" },
      { maxUsdPerCall: 5 },
      "unpriced_endpoint",
    ],
    ["abroad", PATH, { PhoneNumber: "+442071838750" }, renews, "unpriced_endpoint"],
    [
      "with an emergency address",
      PATH,
      { AreaCode: "415", EmergencyStatus: "Active" },
      renews,
      "unpriced_endpoint",
    ],
    ["by both", PATH, { AreaCode: "415", PhoneNumber: "+14155550100" }, renews, "unreadable_amount"],
    ["by nothing", PATH, {}, renews, "unreadable_amount"],
  ])("%s", async (_name, path, form, policy, expected) => {
    expect(await reserve(path, form, {}, policy)).toBe(expected);
  });
});
