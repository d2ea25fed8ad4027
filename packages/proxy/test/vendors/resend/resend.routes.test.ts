import { expect, it } from "vitest";
import { startVendorBench } from "../../../test-support/vendors/vendor-bench.ts";

it.each<[string, string[], string | undefined]>([
  [
    "free",
    [
      "GET /emails",
      "GET /emails/id_1",
      "PATCH /emails/id_1",
      "POST /emails/id_1/cancel",
      "GET /broadcasts",
      "POST /broadcasts",
      "DELETE /broadcasts/id_1",
      "POST /broadcasts/id_1/cancel",
      "POST /automations/id_1/stop",
      "POST /domains",
      "POST /domains/id_1/verify",
      "PATCH /domains/id_1",
      "DELETE /domains/id_1",
      "POST /contacts",
      "POST /contacts/id_1/segments/id_2",
      "POST /audiences/id_1/contacts",
      "POST /segments",
      "POST /suppressions/batch/add",
      "POST /templates/id_1/publish",
      "PATCH /topics/id_1",
      "POST /contact-properties",
      "GET /webhooks",
      "GET /webhooks/id_1/events",
      "GET /webhooks/id_1/events/id_2",
      "DELETE /webhooks/id_1",
      "GET /api-keys",
      "GET /logs",
    ],
    undefined,
  ],
  [
    "unpriced",
    [
      "PATCH /broadcasts/id_1",
      "POST /broadcasts/id_1/send",
      "POST /events",
      "POST /events/send",
      "POST /automations",
      "PATCH /automations/id_1",
      "POST /inboxes/id_1/drafts/id_2/send",
      "POST /inboxes/id_1/threads/id_2/emails/id_3/reply",
      "DELETE /api-keys/id_1",
      "POST /Emails",
      "POST /new-thing",
    ],
    "unpriced_endpoint",
  ],
  [
    "secret",
    [
      "POST /api-keys",
      "POST /API-Keys",
      "POST /oauth/token",
      "POST /webhooks",
      "GET /webhooks/id_1",
      "POST /webhooks/id_1/signing-secret/rotate",
      "GET /logs/id_1",
    ],
    "secret_endpoint",
  ],
])("these are %s", async (_name, endpoints, expected) => {
  await using bench = await startVendorBench("resend", { credential: "re_1" });
  bench.vendor.otherwise = () => ({ json: {} });
  const codes: [string, string | undefined][] = [];
  for (const endpoint of endpoints) {
    const [method = "", path = ""] = endpoint.split(" ");
    const { code } = await bench.call({ method, path, ...(method === "POST" ? { json: {} } : {}) });
    codes.push([endpoint, code]);
  }
  expect(codes).toEqual(endpoints.map((endpoint) => [endpoint, expected]));
  expect(bench.vendor.seen).toHaveLength(expected === undefined ? endpoints.length : 0);
  expect((await bench.spend()).spent).toBe(0);
});

it.each(["/emails", "/emails/batch"])("without a price, POST %s is refused under a cap", async (path) => {
  await using bench = await startVendorBench("resend", { credential: "re_1" });
  const email = { from: "a@x.io", to: "b@x.io", subject: "Hi", text: "Hi" };
  const { code } = await bench.call({ path, json: path === "/emails" ? email : [email] });
  expect(code).toBe("unpriced_endpoint");
  expect(bench.vendor.seen).toEqual([]);
});
