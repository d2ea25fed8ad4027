import { Resend } from "resend";
import { expect, it } from "vitest";
import { startApiServer } from "../test-support/api-server.ts";
import { SECRET } from "../test-support/fake-api.ts";
import { isCapExhausted } from "./index.ts";
import { ERROR_STATUS, type ErrorCode } from "./protocol.ts";
import { resendOptions } from "./resend.ts";

const EMAIL = { from: "a@example.com", to: "b@example.com", subject: "Hi", text: "Hi" };

it("goes through the proxy with the vault key", async () => {
  await using api = await startApiServer({ id: "email_1" });
  const key = await api.issue("resend");
  const sent = await new Resend(key.token, resendOptions(key, Resend)).emails.send(EMAIL);
  expect(sent).toMatchObject({ data: { id: "email_1" }, error: null });
  expect(api.seen).toMatchObject([{ method: "POST", url: "/resend/emails" }]);
  expect(api.seen[0]?.headers.authorization).toBe(`Bearer ${SECRET}`);
});

it("refuses a version of the SDK that would send the vault key to the vendor", async () => {
  await using api = await startApiServer({});
  const key = await api.issue("resend");
  /** The constructor of `resend` 4: there is no second parameter. */
  class Resend4 {
    readonly key: string;
    constructor(key: string) {
      this.key = key;
    }
  }
  expect(() => resendOptions(key, Resend4)).toThrow(/installed version of resend .* no baseUrl option/);
});

it.each(Object.entries(ERROR_STATUS) as [ErrorCode, number][])(
  "never takes %s for success, and never hammers",
  async (code, statusCode) => {
    await using api = await startApiServer({});
    const key = await api.issue("resend");
    api.refuse = code;
    const sent = await new Resend(key.token, resendOptions(key, Resend)).emails.send(EMAIL);
    expect(sent).toMatchObject({ data: null, error: { code, statusCode } });
    expect([isCapExhausted(sent), isCapExhausted(sent.error)]).toEqual(
      Array.from({ length: 2 }, () => code === "cap_exhausted"),
    );
    expect(api.seen).toHaveLength(1);
  },
);
