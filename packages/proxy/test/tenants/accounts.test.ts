import { describe, expect, it } from "vitest";
import { startForTest } from "../../test-support/start-for-test.ts";
import {
  ACCOUNT,
  CREDENTIAL,
  OTHER_ACCOUNT,
  PRICES,
  startTwilioBench,
} from "../../test-support/vendors/twilio-bench.ts";

const REFUSED = "account_not_allowed";
const THIRD = `AC${"3".repeat(32)}`;

/** A Twilio path on an account; of a product that names none, the credential's own. */
const messagesOf = (account: string): string => `/2010-04-01/Accounts/${account}/Messages.json`;
const NAMES_NONE = "/messaging/v1/Services";

describe("the accounts of a child key", () => {
  it.each<[string[] | undefined, string[] | undefined, string[] | undefined]>([
    // The parent's, what the child asks for, and what it gets.
    [undefined, undefined, []],
    [undefined, ["self"], ["self"]],
    [undefined, ["acct_1"], undefined],
    [undefined, ["*"], undefined],
    [["acct_1"], undefined, ["acct_1"]],
    [["acct_1"], ["self"], undefined],
    [["acct_1"], [], undefined],
    [["acct_1"], ["acct_1", "acct_2"], undefined],
    [["self", "acct_1"], ["acct_1"], ["acct_1"]],
    [["self", "acct_1"], ["self"], ["self"]],
    [["self", "acct_1"], ["*"], undefined],
    [["*"], ["acct_1"], ["acct_1"]],
    [["*"], [], []],
    [["*"], undefined, ["*"]],
  ])("of a parent with %j: %j", async (above, asked, expected) => {
    const bench = await startForTest();
    const parent = await bench.issue(above === undefined ? {} : { accounts: above });
    const answer = await bench.control(
      "POST",
      "/v1/keys",
      {
        label: "child",
        vendor: "stripe",
        parent: "self",
        ...(asked === undefined ? {} : { accounts: asked }),
      },
      { authorization: `Bearer ${parent.token}` },
    );
    if (expected === undefined) expect(answer.json).toMatchObject({ issues: [{ path: "accounts" }] });
    else expect(answer.json).toMatchObject({ accounts: expected, parent_id: parent.id });
  });
});

describe("accounts at Twilio", () => {
  it.each<[string[] | undefined, string, string | undefined]>([
    [undefined, messagesOf(ACCOUNT), undefined],
    [undefined, messagesOf(OTHER_ACCOUNT), REFUSED],
    [undefined, NAMES_NONE, undefined],
    [["self"], messagesOf(ACCOUNT), undefined],
    [["self"], messagesOf(OTHER_ACCOUNT), REFUSED],
    [[OTHER_ACCOUNT], messagesOf(OTHER_ACCOUNT), undefined],
    [[OTHER_ACCOUNT], messagesOf(ACCOUNT), REFUSED],
    [[OTHER_ACCOUNT], messagesOf(THIRD), REFUSED],
    [[OTHER_ACCOUNT], NAMES_NONE, REFUSED],
    [[ACCOUNT], messagesOf(ACCOUNT), undefined],
    [[ACCOUNT], messagesOf(OTHER_ACCOUNT), REFUSED],
    [[ACCOUNT], NAMES_NONE, REFUSED],
    [["self", OTHER_ACCOUNT], messagesOf(ACCOUNT), undefined],
    [["self", OTHER_ACCOUNT], messagesOf(OTHER_ACCOUNT), undefined],
    [["self", OTHER_ACCOUNT], messagesOf(THIRD), REFUSED],
    [["*"], messagesOf(ACCOUNT), undefined],
    [["*"], messagesOf(THIRD), undefined],
    [["*"], NAMES_NONE, undefined],
    // Two accounts in one path: both must be allowed.
    [[OTHER_ACCOUNT], `/2010-04-01/Accounts/${OTHER_ACCOUNT}/Messages/${THIRD}`, REFUSED],
    [["self"], `/studio/v1/Accounts/${OTHER_ACCOUNT}`, REFUSED],
  ])("%j and %s", async (accounts, path, code) => {
    await using bench = await startTwilioBench(accounts === undefined ? {} : { accounts });
    bench.vendor.otherwise = () => ({ json: {} });
    expect((await bench.call({ method: "GET", path })).code).toBe(code);
    expect(bench.vendor.seen).toHaveLength(code === undefined ? 1 : 0);
  });

  it("takes the account of the tenant's own credential for its own", async () => {
    await using bench = await startTwilioBench(
      {},
      {
        tenants: {
          default: {
            credential: `${OTHER_ACCOUNT}:tenant_token`,
            test_credential: "SK1:s",
            test_account: THIRD,
          },
        },
      },
    );
    bench.vendor.otherwise = () => ({ json: {} });
    const reads = async (key: typeof bench.key, account: string): Promise<string | undefined> =>
      (await bench.call({ method: "GET", path: messagesOf(account), key })).code;
    expect(await reads(bench.key, OTHER_ACCOUNT)).toBeUndefined();
    // The vendor's own entry is another tenant's account to this one.
    expect(await reads(bench.key, ACCOUNT)).toBe(REFUSED);
    const test = await bench.issue({ mode: "test" });
    expect(await reads(test, THIRD)).toBeUndefined();
    expect(await reads(test, OTHER_ACCOUNT)).toBe(REFUSED);
    expect(bench.vendor.seen.map(({ headers }) => headers.authorization)).toEqual([
      `Basic ${btoa(`${OTHER_ACCOUNT}:tenant_token`)}`,
      `Basic ${btoa("SK1:s")}`,
    ]);
  });

  it("keeps spending on the own account in one scope, however a call names it", async () => {
    await using bench = await startTwilioBench(
      { accounts: [ACCOUNT], dailyUsdCap: 0.02 },
      { credential: CREDENTIAL, prices: PRICES },
    );
    bench.vendor.otherwise = () => ({ status: 201, json: { sid: "SM1", num_segments: "1" } });
    const send = () =>
      bench.call({
        path: messagesOf(ACCOUNT),
        form: { To: "+14155550100", From: "+14155550101", Body: "hi" },
      });
    expect((await send()).code).toBeUndefined();
    expect((await send()).code).toBe("cap_exhausted");
  });
});
