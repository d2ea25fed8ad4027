import { describe, expect, it } from "vitest";
import { type IssuedKey, startForTest, type TestBench } from "../../test-support/start-for-test.ts";

const FORM = "application/x-www-form-urlencoded";
const CHARGE = "amount=2000&currency=usd&source=tok_visa";

/** What Stripe got, and what the client got. */
async function post(
  bench: TestBench,
  key: IssuedKey,
  path: string,
  body: string | Buffer,
  contentType: string | undefined = FORM,
): Promise<{ status: number; text: string; sent: { body: string; contentType: string | undefined }[] }> {
  const before = bench.sandbox.requests().length;
  const { status, text } = await bench.send("POST", `/stripe${path}`, {
    headers: {
      authorization: `Bearer ${key.token}`,
      ...(contentType === "" ? {} : { "content-type": contentType }),
    },
    body,
  });
  const sent = bench.sandbox
    .requests()
    .slice(before)
    .map(({ body: forwarded, headers }) => ({ body: forwarded, contentType: headers["content-type"] }));
  return { status, text, sent };
}

describe.each([
  ["a key with a cap", { daily_usd_cap: 100 }],
  ["a key without caps", {}],
])("with %s", (_name, policy) => {
  it.each([
    "name=Jenny Rosen",
    "description=Software development services",
    "name=Zoë",
    "description=50% off",
    "description=Hello, world; see you",
    "description=line one\r\nline two\ttabbed",
    "name=Zo%EB",
    "name=Jenny&",
    "&name=Jenny&&description=x",
    "name=Jenny&metadata[a]=%",
    "name=Jenny&email",
  ])("forwards the free form %j unchanged", async (body) => {
    const bench = await startForTest();
    const key = await bench.issue(policy);
    const { sent } = await post(bench, key, "/v1/customers", body);
    expect(sent).toEqual([{ body, contentType: FORM }]);
    expect(await bench.spend(key)).toMatchObject({ total_usd: 0, held_usd: 0 });
  });

  it.each([
    "&description=Software development services",
    "&description=Zoë&metadata[name]=Jenny Rosen",
    "&description=50% off; today only",
    "&description=caf%E9",
    "&",
    "&description",
    "&description=a\r\nb\r\n",
  ])("prices a charge with %j, and forwards it unchanged", async (rest) => {
    const bench = await startForTest();
    const key = await bench.issue(policy);
    const { sent } = await post(bench, key, "/v1/charges", `${CHARGE}${rest}`);
    expect(sent).toEqual([{ body: `${CHARGE}${rest}`, contentType: FORM }]);
    expect(await bench.spend(key)).toMatchObject({ total_usd: 20 });
  });

  it("prices and forwards Latin-1 bytes unchanged", async () => {
    const bench = await startForTest();
    const key = await bench.issue(policy);
    const body = Buffer.from(`${CHARGE}&description=Zo\xeb`, "latin1");
    const { status } = await post(bench, key, "/v1/charges", body);
    expect(status).toBe(200);
    expect(await bench.spend(key)).toMatchObject({ total_usd: 20 });
  });

  it.each([
    `${FORM}; charset=utf8`,
    `${FORM}; charset="UTF-8"`,
    `${FORM};charset=us-ascii`,
    `${FORM}; charset=ISO-8859-1`,
    `${FORM};charset=windows-1252`,
    `${FORM};`,
    `${FORM}; q=1`,
    FORM.toUpperCase(),
  ])("reads a form called %s", async (contentType) => {
    const bench = await startForTest();
    const key = await bench.issue(policy);
    const { status, sent } = await post(bench, key, "/v1/charges", CHARGE, contentType);
    expect([status, sent]).toEqual([200, [{ body: CHARGE, contentType }]]);
    expect(await bench.spend(key)).toMatchObject({ total_usd: 20 });
  });

  it.each([
    "application/json; charset=utf8",
    "application/json;charset=ISO-8859-1",
    "application/vnd.api+json",
    "application/json; odata=verbose",
  ])("reads JSON called %s", async (contentType) => {
    const bench = await startForTest();
    const key = await bench.issue(policy);
    const json = JSON.stringify({ amount: 2000, currency: "usd", source: "tok_visa" });
    const { status, sent } = await post(bench, key, "/v1/charges", json, contentType);
    expect([status, sent]).toEqual([200, [{ body: CHARGE, contentType: FORM }]]);
  });

  it("tells the vendor the type of a body that came without one", async () => {
    const bench = await startForTest();
    const key = await bench.issue(policy);
    const { status, sent } = await post(bench, key, "/v1/charges", CHARGE, "");
    expect([status, sent]).toEqual([200, [{ body: CHARGE, contentType: FORM }]]);
  });

  it.each([
    [CHARGE, `${FORM}; charset=utf-16`, 'the charset of the Content-Type is "utf-16"'],
    ['{"amount":2000,"currency":"usd"}', "application/json; charset=utf-16le", '"utf-16le"'],
    ['{"amount":2000,"currency":"\u00fc"}', "application/json; charset=latin1", "its charset isn't UTF-8"],
    [CHARGE, "text/plain;charset=UTF-8", "the Content-Type is text/plain;charset=UTF-8"],
    [CHARGE, "multipart/form-data; boundary=x", "this endpoint takes application/x-www-form-urlencoded"],
    ["amount&currency=usd", FORM, "amount can be read in two ways"],
    [`${CHARGE}&description=a;amount=3`, FORM, "amount must be given once"],
    ["amount=%&currency=usd", FORM, "amount can be read in two ways"],
  ])("says what is wrong with %j as %s", async (body, contentType, why) => {
    const bench = await startForTest();
    const key = await bench.issue({ daily_usd_cap: 100, ...policy });
    const { status, text, sent } = await post(bench, key, "/v1/charges", body, contentType);
    expect([status, sent]).toEqual([400, []]);
    expect(JSON.parse(text)).toMatchObject({ code: "unreadable_amount" });
    expect(JSON.parse(text).message).toContain(why);
  });
});
