import twilio from "twilio";
import { expect, it } from "vitest";
import { startApiServer } from "../test-support/api-server.ts";
import { SECRET } from "../test-support/fake-api.ts";
import { isCapExhausted } from "./index.ts";
import { ERROR_STATUS, type ErrorCode } from "./protocol.ts";
import { twilioOptions } from "./twilio.ts";

const MESSAGE = { to: "+14155550100", from: "+15005550006", body: "hi" };

it("goes through the proxy with the vault key in place of the auth token, whatever the host", async () => {
  await using api = await startApiServer({ sid: "SM1" });
  const key = await api.issue("twilio");
  const client = twilio("AC1", key.token, twilioOptions(key, twilio));
  expect((await client.messages.create(MESSAGE)).sid).toBe("SM1");
  await client.verify.v2.services("VA1").fetch();
  await client.request({ method: "get", uri: `${key.baseUrl}/messaging/v1/Services?PageSize=2&Page=1` });
  expect(api.seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
    "POST /twilio/api.twilio.com/2010-04-01/Accounts/AC1/Messages.json",
    "GET /twilio/verify.twilio.com/v2/Services/VA1",
    "GET /twilio/messaging/v1/Services?PageSize=2&Page=1",
  ]);
  expect(api.seen[0]?.body).toBe("To=%2B14155550100&From=%2B15005550006&Body=hi");
  const basic = `Basic ${btoa(`AC1:${SECRET}`)}`;
  expect(api.seen.map(({ headers }) => headers.authorization)).toEqual([basic, basic, basic]);
});

it("refuses a version of the SDK that would send the vault key to the vendor", () => {
  const old = (() => {}) as unknown as typeof twilio;
  expect(() => twilioOptions({ baseUrl: "https://proxy.keybrake.com/twilio" }, old)).toThrow(
    /installed version of twilio/,
  );
});

it.each([
  "https://evil.example/x",
  "http://127.0.0.1.evil.example/twilio/x",
  "https://evil.example:444/twilio/",
])("sends the key to the proxy and nowhere else, though a link leads to %s", async (uri) => {
  await using api = await startApiServer({});
  const key = await api.issue("twilio");
  const client = twilio("AC1", key.token, twilioOptions(key, twilio));
  await client.request({ method: "get", uri });
  await client.httpClient.request({ method: "get", uri: `${key.baseUrl}.evil.example/x` });
  expect(api.seen.map(({ url }) => url?.startsWith("/twilio/"))).toEqual([true, true]);
});

it.each(Object.entries(ERROR_STATUS) as [ErrorCode, number][])(
  "never takes %s for success, and never hammers",
  async (code, status) => {
    await using api = await startApiServer({});
    const key = await api.issue("twilio");
    api.refuse = code;
    const client = twilio("AC1", key.token, twilioOptions(key, twilio));
    const error: unknown = await client.messages.create(MESSAGE).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(twilio.RestException);
    expect(error).toMatchObject({ code, status });
    expect(isCapExhausted(error)).toBe(code === "cap_exhausted");
    expect(api.seen).toHaveLength(1);
  },
);
