import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { defineVendor, type RouteDefinition } from "../../define-vendor.ts";
import { stripe } from "./stripe.ts";
import { priceRenewing } from "./subscriptions.ts";

const vendor = defineVendor(stripe);
const endpoints = readFileSync(new URL("endpoints-2026-10.txt", import.meta.url), "utf8")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"))
  .map((line) => {
    const [method = "", path = "", host = ""] = line.split("\t");
    return { method, pattern: path, path: path.replace(/\{\w+\}/g, "id_1"), host };
  });

const describeRoute = ({ price }: RouteDefinition): string =>
  typeof price === "function" ? "priced" : price;

it("names every endpoint of the SDK in an explicit route", () => {
  expect(endpoints.length).toBe(650);
  const unnamed = endpoints.filter(({ method, path }) => vendor.findRoute(method, path).match.length === 0);
  expect(unnamed.map(({ method, pattern }) => `${method} ${pattern}`)).toEqual([]);
});

it("sends each to its host", () => {
  const misled = endpoints.filter(
    ({ method, path, host }) => (vendor.findRoute(method, path).upstream ?? "") !== host,
  );
  expect(misled).toEqual([]);
  expect(Object.keys(vendor.upstreams ?? {}).sort()).toEqual(["connect", "files", "meter_events"]);
});

it("reads for free, except secrets", () => {
  const notFree = endpoints
    .filter(({ method, path }) => method === "GET" && vendor.findRoute(method, path).price !== "free")
    .map(({ pattern, path }) => `${describeRoute(vendor.findRoute("GET", path))} ${pattern}`);
  expect(notFree).toEqual([
    "secret /v1/apps/secrets",
    "secret /v1/apps/secrets/find",
    "secret /v1/forwarding/requests",
    "secret /v1/forwarding/requests/{id}",
  ]);
});

it("changes for free only what somebody has looked at", () => {
  const free = endpoints
    .filter(({ method, path }) => method !== "GET" && vendor.findRoute(method, path).price === "free")
    .map(({ method, pattern }) => `${method} ${pattern}`);
  expect(free).toMatchSnapshot();
});

it("prices what moves money", () => {
  const priced = endpoints
    .filter(({ method, path }) => typeof vendor.findRoute(method, path).price === "function")
    .map(({ method, pattern }) => `${method} ${pattern}`);
  expect(priced).toMatchSnapshot();
});

it("opens nothing below a path that it opens", () => {
  const open = stripe.routes.filter(({ price }) => price === "free" || typeof price === "function");
  const patterns = open
    .flatMap(({ match }) => match)
    .filter((pattern) => /^(?:POST|DELETE) .*\/\*$/.test(pattern));
  const leaks = patterns.filter((pattern) => {
    const [method = "", path = ""] = pattern.replaceAll("*", "id_1").split(" ");
    const below = vendor.findRoute(method, `${path}/not_a_step`);
    return below.price === "free" || (typeof below.price === "function" && below.price !== priceRenewing);
  });
  expect(leaks).toEqual([]);
});

it.each([
  // Older and undocumented paths below ones that are free or priced
  ["POST", "/v1/charges/ch_1/refund"],
  ["POST", "/v1/charges/ch_1/refunds"],
  ["POST", "/v1/charges/ch_1/dispute"],
  ["POST", "/v1/customers/cus_1/subscriptions"],
  ["POST", "/v1/customers/cus_1/subscriptions/sub_1"],
  ["POST", "/v1/customers/cus_1/subscription"],
  ["POST", "/v1/customers/cus_1/cards"],
  ["POST", "/v1/customers/cus_1/bank_accounts"],
  ["POST", "/v1/customers/cus_1/bank_accounts/ba_1/verify"],
  ["POST", "/v1/payment_intents/pi_1/new_step"],
  ["POST", "/v1/payment_intents/pi_1/capture/again"],
  ["POST", "/v1/transfers/tr_1/cancel"],
  ["POST", "/v1/payouts/po_1/retry"],
  ["POST", "/v1/refunds/re_1/retry"],
  ["POST", "/v1/topups/tu_1/capture"],
  ["POST", "/v1/setup_intents/seti_1/pay"],
  ["POST", "/v1/payment_methods/pm_1/charge"],
  ["POST", "/v1/quotes/qt_1/pay"],
  ["POST", "/v1/prices/price_1/x"],
  ["POST", "/v1/invoices/in_1/charge"],
  ["POST", "/v1/checkout/sessions/cs_1/pay"],
  ["POST", "/v1/orders"],
  ["POST", "/v1/orders/or_1/pay"],
  ["POST", "/v1/recipients"],
  ["POST", "/v1/terminal/readers/tmr_1/charge"],
  ["POST", "/v1/application_fees/fee_1/refund"],
  ["POST", "/v1/billing/credit_grants/credgr_1/apply"],
  // What moves money without an amount
  ["POST", "/v1/invoices/in_1/finalize/again"],
  ["POST", "/v1/payment_links/plink_1/pay"],
  ["POST", "/v1/invoices/in_1/attach_payment"],
  ["POST", "/v1/invoices/in_1/add_lines"],
  ["POST", "/v1/invoices/in_1/remove_lines"],
  ["POST", "/v1/invoices/in_1/lines/il_1"],
  ["POST", "/v1/credit_notes"],
  ["POST", "/v1/credit_notes/cn_1/void"],
  ["POST", "/v1/customers/cus_1/sources"],
  ["POST", "/v1/customers/cus_1/cash_balance"],
  ["DELETE", "/v1/customers/cus_1/discount"],
  ["POST", "/v1/sources"],
  ["POST", "/v1/accounts/acct_1/external_accounts"],
  ["POST", "/v1/balance_settings"],
  ["POST", "/v1/disputes/dp_1/close"],
  ["POST", "/v1/billing/meter_events"],
  ["POST", "/v1/test_helpers/customers/cus_1/fund_cash_balance"],
  // The second version
  ["POST", "/v2/core/batch_jobs"],
  ["POST", "/v2/money_management/new_thing"],
  ["POST", "/v2/money_management/payout_intents/poi_1/new_step"],
  ["DELETE", "/v2/money_management/payout_methods/pm_1"],
  ["POST", "/v2/anything"],
  // Other methods and letters
  ["PUT", "/v1/charges"],
  ["PATCH", "/v1/charges/ch_1"],
  ["DELETE", "/v1/charges/ch_1"],
  ["POST", "/V1/charges"],
])("%s %s has no price, and is not free", (method, path) => {
  expect(vendor.findRoute(method, path).price).toBe("unpriced");
});

it.each([
  ["POST", "/v1/ephemeral_keys"],
  ["POST", "/V1/Ephemeral_Keys"],
  ["POST", "/oauth/token"],
  ["POST", "/v1/webhook_endpoints"],
  ["POST", "/v1/webhook_endpoints/we_1"],
  ["POST", "/v1/account_sessions"],
  ["POST", "/v1/account_links"],
  ["POST", "/v1/accounts/acct_1/login_links"],
  ["POST", "/v1/customer_sessions"],
  ["POST", "/v1/billing_portal/sessions"],
  ["POST", "/v1/terminal/connection_tokens"],
  ["POST", "/v1/issuing/cardholders"],
  ["POST", "/v1/issuing/cards/ic_1/pin"],
  ["POST", "/V1/Issuing/Cards"],
  ["POST", "/v1/issuing/authorizations/iauth_1/approve"],
  ["POST", "/v1/test_helpers/issuing/cards/ic_1/shipping/ship"],
  ["GET", "/v1/apps/secrets/find"],
  ["GET", "/v1/forwarding/requests/fwdreq_1"],
  ["POST", "/v2/core/event_destinations"],
  ["POST", "/v2/billing/meter_event_session"],
])("%s %s is a secret", (method, path) => {
  expect(vendor.findRoute(method, path).price).toBe("secret");
});

it.each([
  ["expand[]=number", true],
  ["expand[0]=cvc&limit=3", true],
  ["limit=3&expand[]=data.card.number", true],
  ["Expand[]=NUMBER", true],
  ["[expand][]=number", true],
  ["expand[]=financial_addresses.aba.account_number", true],
  ["include[0]=webhook_endpoint.signing_secret", true],
  ["include=credentials.us_bank_account.account_number", true],
  ["expand[]=customer", false],
  ["limit=3&starting_after=ch_number", false],
  ["include[]=webhook_endpoint.url", false],
])("the query %s shows a secret: %s", (query, shows) => {
  expect(vendor.secretQuery?.test(query)).toBe(shows);
});
