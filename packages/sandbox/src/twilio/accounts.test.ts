import { describe, expect, test } from "vitest";
import { createClient, startForTest, toBasic } from "./testing/start-for-test.ts";

const sms = { to: "+14155550100", from: "+15005550006", body: "hi" };

describe("authentication", () => {
  test("takes the account with its token, and an API key with its secret", async () => {
    const { client, sandbox } = await startForTest();
    const { accountSid, apiKeySid, apiKeySecret } = sandbox;
    const keyed = createClient(sandbox, apiKeySid, apiKeySecret, accountSid);
    await client.messages.create(sms);
    expect(await keyed.messages.list()).toHaveLength(1);
  });

  test("refuses everything else with Twilio's envelope", async () => {
    const { sandbox } = await startForTest();
    const { accountSid, apiKeySid, authToken } = sandbox;
    const credentials = [
      undefined,
      `Bearer ${authToken}`,
      toBasic(accountSid, "wrong"),
      toBasic(apiKeySid, authToken),
      toBasic("AC0", authToken),
      "Basic",
    ];
    for (const authorization of credentials) {
      const response = await fetch(`${sandbox.url}/2010-04-01/Accounts/${accountSid}/Messages.json`, {
        headers: authorization === undefined ? {} : { authorization },
      });
      expect(response.status).toBe(401);
      expect(await response.json()).toEqual({
        code: 20003,
        message: "Authenticate",
        more_info: "https://www.twilio.com/docs/errors/20003",
        status: 401,
      });
    }
    await expect(createClient(sandbox, accountSid, "wrong").messages.create(sms)).rejects.toMatchObject({
      code: 20003,
    });
    expect(sandbox.ledger().entries).toEqual([]);
  });
});

describe("accounts", () => {
  test("give their secrets away", async () => {
    const { client, sandbox } = await startForTest();
    expect(await client.api.v2010.accounts(sandbox.accountSid).fetch()).toMatchObject({
      authToken: sandbox.authToken,
    });
    expect((await client.api.v2010.accounts.list()).map(({ sid }) => sid)).toEqual([
      sandbox.subaccountSid,
      sandbox.accountSid,
    ]);
    const { sid, secret } = await client.newKeys.create();
    expect(await createClient(sandbox, sid, secret, sandbox.accountSid).messages.list()).toEqual([]);
  });

  test("below the caller's own are other wallets that it can spend from", async () => {
    const { client, sandbox } = await startForTest();
    const other = client.api.v2010.accounts(sandbox.subaccountSid);
    await other.messages.create(sms);
    expect(sandbox.ledger().entries).toMatchObject([{ metadata: { account_sid: sandbox.subaccountSid } }]);
    expect(await client.messages.list()).toEqual([]);
    const created = await client.api.v2010.accounts.create({ friendlyName: "Third" });
    const third = createClient(sandbox, created.sid, created.authToken);
    await third.messages.create(sms);
    await expect(third.api.v2010.accounts(sandbox.accountSid).fetch()).rejects.toMatchObject({ code: 20003 });
    await expect(third.api.v2010.accounts.create()).rejects.toMatchObject({ status: 404 });
  });

  test("are as at the start after a reset", async () => {
    const { client, sandbox } = await startForTest();
    await client.messages.create(sms);
    const { sid, authToken } = await client.api.v2010.accounts.create();
    sandbox.reset();
    expect(await client.messages.list()).toEqual([]);
    expect(sandbox.ledger().grossMicroUsd).toBe(0);
    await expect(createClient(sandbox, sid, authToken).messages.list()).rejects.toMatchObject({
      code: 20003,
    });
  });
});

describe("the wire", () => {
  test("has forms only, and knows no other routes", async () => {
    const { get, post, sandbox } = await startForTest();
    const path = `/2010-04-01/Accounts/${sandbox.accountSid}/Messages.json`;
    expect((await post(path, "{}", { "content-type": "application/json" })).status).toBe(415);
    expect((await get("/2010-04-01/Nothing.json")).status).toBe(404);
    expect((await get(`/2010-04-01/Accounts/${sandbox.accountSid}/Keys.json`)).status).toBe(405);
  });

  test("acts on the last of a repeated field", async () => {
    const { post, sandbox } = await startForTest();
    const form = `To=%2B14155550100&From=%2B15005550006&Body=a&Body=${"a".repeat(161)}`;
    const response = await post(`/2010-04-01/Accounts/${sandbox.accountSid}/Messages.json`, form);
    expect(await response.json()).toMatchObject({ num_segments: "2" });
  });
});
