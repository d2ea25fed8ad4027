import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { PRODUCTS } from "@keybrake/vendors";
import { describe, expect, it } from "vitest";
import { resolveConfig } from "../../../src/config/config.ts";
import { CREDENTIAL, MESSAGES, startTwilioBench } from "../../../test-support/vendors/twilio-bench.ts";

describe("other endpoints", () => {
  const ACCOUNT_PATH = MESSAGES.replace("/Messages.json", "");

  it.each([
    ["POST /studio/v2/Flows/FW1/Executions", "unpriced_endpoint"],
    ["POST /conversations/v1/Conversations/CH1/Messages", "unpriced_endpoint"],
    ["POST /proxy/v1/Services/KS1/Sessions", "unpriced_endpoint"],
    ["POST /taskrouter/v1/Workspaces/WS1/Tasks", "unpriced_endpoint"],
    ["POST /serverless/v1/Services/ZS1/Builds", "unpriced_endpoint"],
    ["POST /notify/v1/Services/IS1/Notifications", "unpriced_endpoint"],
    ["POST /bulkexports/v1/Exports/Messages/Jobs", "unpriced_endpoint"],
    ["POST /flex-api/v1/Interactions", "unpriced_endpoint"],
    ["POST /messaging/v1/Services/MG1/Compliance/Usa2p", "unpriced_endpoint"],
    ["POST /insights/v9/new", "unpriced_endpoint"],
    [`POST ${ACCOUNT_PATH}/Conferences/CF1/Participants.json`, "unpriced_endpoint"],
    [`POST ${ACCOUNT_PATH}/SMS/Messages.json`, "unpriced_endpoint"],
    ["POST /lookups/v2/batch/query", "unpriced_endpoint"],
    ["GET /lookups/v2/phonenumbers/+14155550100?Fields=sim_swap", "unpriced_endpoint"],
    ["GET /lookups/v2/PhoneNumbers/+14155550100?Fields=sim_swap", "unpriced_endpoint"],
    ["GET /lookups/v2/PhoneNumbers/+14155550100?fields=line_type_intelligence", "unreadable_amount"],
    ["GET /lookups/v2/PhoneNumbers/+14155550100?Fields=validation&Fields=sim_swap", "unreadable_amount"],
    ["GET /lookups/v1/PhoneNumbers/+14155550100?Type=carrier", "unpriced_endpoint"],
    ["GET /lookups/v1/PhoneNumbers/+14155550100", undefined],
    ["GET /verify/v2/Services", undefined],
    [`GET ${MESSAGES}`, undefined],
    [`GET ${ACCOUNT_PATH}/Balance.json`, undefined],
    [`POST ${ACCOUNT_PATH}/Messages/SM1.json`, undefined],
    [`DELETE ${ACCOUNT_PATH}/Messages/SM1.json`, undefined],
    ["POST /verify/v2/Services/VA1/VerificationCheck", undefined],
    ["POST /iam/v1/Keys", "secret_endpoint"],
    ["POST /IAM/v1/Keys", "secret_endpoint"],
    ["POST /oauth/v2/token", "secret_endpoint"],
    ["POST /accounts/v1/AuthTokens/Secondary", "secret_endpoint"],
    ["POST /verify/v2/Services/VA1/AccessTokens", "secret_endpoint"],
    ["GET /serverless/v1/Services/ZS1/Environments/ZE1/Variables", "secret_endpoint"],
    [`POST ${ACCOUNT_PATH}/Tokens.json`, "secret_endpoint"],
    [`POST ${ACCOUNT_PATH}/keys.JSON`, "secret_endpoint"],
    [`POST ${ACCOUNT_PATH}/Keys.xml`, "secret_endpoint"],
    [`POST ${ACCOUNT_PATH}.json`, "secret_endpoint"],
    [`GET ${ACCOUNT_PATH}.xml`, "secret_endpoint"],
    [`GET ${ACCOUNT_PATH}/.json`, "secret_endpoint"],
    [`GET ${ACCOUNT_PATH.toLowerCase()}.json`, "account_not_allowed"],
    [`GET ${ACCOUNT_PATH.replace("Accounts", "accounts")}.json`, "secret_endpoint"],
    [`GET ${ACCOUNT_PATH.replace("2010-04-01", "2008-08-01")}`, "secret_endpoint"],
  ])("%s: %s", async (endpoint, expected) => {
    await using bench = await startTwilioBench();
    bench.vendor.otherwise = () => ({ json: {} });
    const [method = "", path = ""] = endpoint.split(" ");
    const { code } = await bench.call({ method, path, ...(method === "POST" ? { form: { Body: "" } } : {}) });
    expect(code).toBe(expected);
    expect(bench.vendor.seen.length).toBe(code === undefined ? 1 : 0);
  });
});

describe("the configuration", () => {
  const resolve = (twilio: object): unknown =>
    resolveConfig({ tokens: [{ name: "a", token: "b" }], vendors: { twilio } });

  it.each([
    ["no account", { credential: "SK1:secret" }, "account"],
    ["no colon", { credential: "secret" }, "credential"],
    [
      "a test key without its account",
      { credential: CREDENTIAL, test_credential: "SK1:secret" },
      "test_account",
    ],
  ])("with %s is refused", (_name, config, place) => {
    expect(() => resolve(config)).toThrow(place);
  });

  it("takes an API key with its account", () => {
    expect(resolve({ credential: "SK1:secret", account: "AC1" })).toBeDefined();
  });

  it("knows every host of Twilio's own SDK, and sends each to itself", () => {
    const rest = join(dirname(createRequire(import.meta.url).resolve("twilio")), "rest");
    const hosts = readdirSync(rest)
      .filter((file) => file.endsWith("Base.js"))
      .flatMap(
        (file) => /https:\/\/([a-z-]+)\.twilio\.com/.exec(readFileSync(join(rest, file), "utf8"))?.[1] ?? [],
      );
    expect(hosts.length).toBeGreaterThan(30);
    expect(["api", ...PRODUCTS]).toEqual(expect.arrayContaining(hosts));
    const { vendors } = resolveConfig({
      tokens: [{ name: "a", token: "b" }],
      vendors: { twilio: { credential: CREDENTIAL } },
    });
    for (const product of PRODUCTS) {
      expect(vendors.get("twilio")?.upstreams?.[product]).toBe(`https://${product}.twilio.com`);
    }
  });
});
