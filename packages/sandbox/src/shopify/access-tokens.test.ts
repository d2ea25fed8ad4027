import { describe, expect, test } from "vitest";
import { createClient, startForTest, type TestSandbox } from "./testing/start-for-test.ts";

const grantPath = "/admin/oauth/access_token";
const shopQuery = "{ shop { name } }";

async function grant({ post, sandbox }: TestSandbox): Promise<{ access_token: string; expires_in: number }> {
  const { clientId: client_id, clientSecret: client_secret } = sandbox;
  const form = new URLSearchParams({ client_id, client_secret, grant_type: "client_credentials" });
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const response = await post(grantPath, form.toString(), headers);
  expect(response.status).toBe(200);
  return (await response.json()) as { access_token: string; expires_in: number };
}

describe("the client-credentials grant", () => {
  test("gives a token that works until it expires", async () => {
    let nowMs = Date.UTC(2026, 0, 1);
    const started = await startForTest({ now: () => nowMs, tokenLifetimeSeconds: 60 });
    const { access_token, expires_in } = await grant(started);
    expect(expires_in).toBe(60);
    const client = createClient(started.sandbox, access_token);
    nowMs += 59_999;
    expect((await client.request(shopQuery)).errors).toBeUndefined();
    nowMs += 1;
    expect((await client.request(shopQuery)).errors).toMatchObject({ networkStatusCode: 401 });
    const renewed = createClient(started.sandbox, (await grant(started)).access_token);
    expect((await renewed.request(shopQuery)).errors).toBeUndefined();
  });

  test("takes JSON too, and gives every caller a token of its own", async () => {
    const started = await startForTest();
    const { clientId, clientSecret } = started.sandbox;
    const body = { client_id: clientId, client_secret: clientSecret, grant_type: "client_credentials" };
    const response = await started.post(grantPath, JSON.stringify(body));
    expect(await response.json()).toMatchObject({ expires_in: 86_399, scope: expect.any(String) });
    expect((await grant(started)).access_token).not.toBe((await grant(started)).access_token);
  });

  test.each([
    ["invalid_client", { client_secret: "wrong" }],
    ["invalid_client", { client_id: "wrong" }],
    ["unsupported_grant_type", { grant_type: "password" }],
  ])("is refused with %s", async (error, wrong) => {
    const { post, sandbox } = await startForTest();
    const { clientId, clientSecret } = sandbox;
    const right = { client_id: clientId, client_secret: clientSecret, grant_type: "client_credentials" };
    const response = await post(grantPath, JSON.stringify({ ...right, ...wrong }));
    expect([response.status, await response.json()]).toMatchObject([400, { error }]);
    expect((await post(grantPath, "{")).status).toBe(400);
    expect((await post(grantPath, "null")).status).toBe(400);
  });
});

describe("tokens", () => {
  test("can be ended by the test; the fixed one stays", async () => {
    const started = await startForTest();
    const client = createClient(started.sandbox, (await grant(started)).access_token);
    started.sandbox.expireTokens();
    expect((await client.request(shopQuery)).errors).toMatchObject({ networkStatusCode: 401 });
    expect((await started.client.request(shopQuery)).errors).toBeUndefined();
  });

  test("are refused unless they are the store's", async () => {
    const { post, sandbox } = await startForTest();
    const response = await post("/admin/api/2026-10/graphql.json", "{}", {
      "x-shopify-access-token": "vk_1",
    });
    expect(response.status).toBe(401);
    expect(await response.json()).toEqual({
      errors: "[API] Invalid API key or access token (unrecognized login or wrong password)",
    });
    const bearer = await fetch(`${sandbox.url}/admin/api/2026-10/graphql.json`, {
      method: "POST",
      headers: { authorization: `Bearer ${sandbox.accessToken}` },
      body: "{}",
    });
    expect(bearer.status).toBe(401);
  });

  test("can be had by a mutation", async () => {
    const { client, sandbox } = await startForTest();
    const { data } = await client.request(`mutation {
      delegateAccessTokenCreate(input: { delegateAccessScope: ["read_orders"] }) {
        delegateAccessToken { accessToken } shop { name } userErrors { message }
      }
    }`);
    const { accessToken } = data.delegateAccessTokenCreate.delegateAccessToken;
    expect((await createClient(sandbox, accessToken).request(shopQuery)).errors).toBeUndefined();
  });
});

describe("throttling", () => {
  test("is a 200 that did nothing", async () => {
    const { post, client, sandbox } = await startForTest();
    sandbox.fail({ kind: "status", status: 429 });
    sandbox.fail({ kind: "status", status: 429 });
    const query = 'mutation { giftCardCreate(input: { initialValue: "1" }) { giftCardCode } }';
    const response = await post("/admin/api/2026-10/graphql.json", JSON.stringify({ query }));
    expect([response.status, await response.json()]).toMatchObject([
      200,
      { errors: [{ extensions: { code: "THROTTLED" } }] },
    ]);
    expect((await client.request(query)).errors?.graphQLErrors).toMatchObject([
      { extensions: { code: "THROTTLED" } },
    ]);
    expect(sandbox.ledger().executedCalls).toBe(0);
  });
});
