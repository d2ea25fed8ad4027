import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { resolveConfig } from "./config.ts";
import { ConfigError } from "./config-error.ts";

const ONE = [{ name: "a", tenant: "acme", token: "kb_canary_a" }];
const TWO = [...ONE, { name: "b", tenant: "other", token: "kb_canary_b" }];
const OWN = { credential: "sk_canary_own" };
const SID = `AC${"1".repeat(32)}`;

const resolve = (vendor: object, tokens: object[] = TWO, name = "stripe") =>
  resolveConfig({ tokens, vendors: { [name]: vendor } }, {}).vendors.get(name)?.credentials;

describe("vendors.<name>.tenants", () => {
  it.each<[string, object, object[], string]>([
    [
      "a tenant that no token names",
      { ...OWN, tenants: { acmee: OWN } },
      ONE,
      "vendors.stripe.tenants.acmee: no token",
    ],
    ["two tenants on one credential, and no decision", OWN, TWO, "vendors.stripe.shared: missing"],
    [
      "one tenant of two without an entry, and no decision",
      { ...OWN, tenants: { acme: OWN } },
      TWO,
      "vendors.stripe.shared: missing, and the tenant other has no credential of its own",
    ],
    ["no credential at all", {}, ONE, "vendors.stripe.credential: missing"],
    [
      "nothing to share",
      { shared: true, tenants: { acme: OWN, other: OWN } },
      TWO,
      "vendors.stripe.credential: missing",
    ],
    [
      "a test credential without a live one",
      { test_credential: "sk_canary", tenants: { acme: OWN, other: OWN } },
      TWO,
      "vendors.stripe.test_credential: needs vendors.stripe.credential",
    ],
    [
      "an entry without a live credential",
      { tenants: { acme: {} } },
      ONE,
      "vendors.stripe.tenants.acme.credential",
    ],
    [
      "an entry with another field",
      { tenants: { acme: { ...OWN, upstream: "https://a.b" } } },
      ONE,
      "vendors.stripe.tenants.acme",
    ],
    [
      "a secret that can't travel",
      { tenants: { acme: { credential: "sk canary" } } },
      ONE,
      "vendors.stripe.tenants.acme.credential: the secret",
    ],
  ])("refuses %s, by its place and without a value", (_name, vendor, tokens, message) => {
    expect(() => resolve(vendor, tokens)).toThrow(ConfigError);
    expect(() => resolve(vendor, tokens)).toThrow(message);
    expect(() => resolve(vendor, tokens)).not.toThrow(/canary/);
  });

  it("says of a Twilio entry without its account where it is", () => {
    const vendor = { tenants: { acme: { credential: `${SID}:a`, test_credential: "SK1:canary" } } };
    expect(() => resolve(vendor, ONE, "twilio")).toThrow(
      /^vendors\.twilio\.tenants\.acme\.test_credential: .* as test_account$/,
    );
  });

  it.each<[string, object, object[], (string | undefined)[]]>([
    ["one tenant, the vendor's credential", OWN, ONE, ["vendor"]],
    ["shared", { ...OWN, shared: true }, TWO, ["shared", "shared"]],
    ["not shared", { ...OWN, shared: false }, TWO, [undefined, undefined]],
    ["not shared, one entry", { ...OWN, shared: false, tenants: { acme: OWN } }, TWO, ["own", undefined]],
    ["shared, one entry", { ...OWN, shared: true, tenants: { acme: OWN } }, TWO, ["own", "shared"]],
    ["each its own", { tenants: { acme: OWN, other: OWN } }, TWO, ["own", "own"]],
    ["each its own, and one whose token is gone", { tenants: { acme: OWN, other: OWN } }, ONE, ["own"]],
    ["not shared, nor there", { shared: false, tenants: { acme: OWN } }, TWO, ["own", undefined]],
  ])("issues keys to tenants for: %s", (_name, vendor, tokens, expected) => {
    const credentials = resolve(vendor, tokens);
    const found = ["acme", "other"].slice(0, tokens.length).map((tenant) => {
      const entry = credentials?.findForIssue(tenant);
      if (!entry) return undefined;
      if (credentials?.isOwn(tenant)) return "own";
      return entry.live.isShared ? "shared" : "vendor";
    });
    expect(found).toEqual(expected);
  });

  it("shows no secret when it is inspected or written as JSON", () => {
    const config = resolveConfig(
      {
        tokens: TWO,
        vendors: {
          stripe: { tenants: { acme: { ...OWN, test_credential: "sk_canary_test" }, other: OWN } },
          shopify: {
            upstream: "https://shop.myshopify.com",
            shared: false,
            tenants: {
              acme: { credential: { client_id: "id", client_secret: "sk_canary", token_path: "/t" } },
            },
          },
        },
      },
      {},
    );
    const shown =
      inspect(config, { depth: 12, showHidden: true }) + JSON.stringify([...config.vendors.values()]);
    expect(shown).not.toContain("canary");
  });
});
