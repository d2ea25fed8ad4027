import { Resend } from "resend";
import { describe, expect, test } from "vitest";
import { startForTest } from "./testing/start-for-test.ts";

const email = { from: "Ann <ann@example.com>", to: "bob@example.com", subject: "Hi", text: "Hi" };

describe("an email", () => {
  test("is one effect for each of its recipients", async () => {
    const { resend, sandbox } = await startForTest();
    const to = ["b@example.com", "c@example.com"];
    const sent = await resend.emails.send({ ...email, to, cc: "d@example.com", bcc: ["e@example.com"] });
    expect(sent.error).toBeNull();
    const { entries, ...totals } = sandbox.ledger();
    expect(entries).toHaveLength(4);
    expect(entries[2]).toEqual({
      at: expect.any(String),
      vendor: "resend",
      objectId: sent.data?.id,
      kind: "email.sent",
      amountMinor: 0,
      addedMinor: 0,
      amountMicroUsd: 900,
      currency: "usd",
      livemode: true,
      metadata: { recipient: "d@example.com", field: "cc" },
    });
    expect(totals).toEqual({ grossMinor: {}, grossMicroUsd: 3600, executedCalls: 1 });
  });

  test.each<[string, number]>([
    ["b@example.com", 900],
    ["b@example.com, c@example.com", 1800],
    ['"Doe, Jane" <jane@example.com>', 900],
    ['"Doe, Jane" <jane@example.com>,b@example.com,', 1800],
  ])("to %s costs %i", async (to, microUsd) => {
    const { resend, sandbox } = await startForTest();
    expect((await resend.emails.send({ ...email, to })).error).toBeNull();
    expect(sandbox.ledger().grossMicroUsd).toBe(microUsd);
  });

  test("can be fetched, and is listed newest first", async () => {
    const { resend } = await startForTest();
    const ids: (string | undefined)[] = [];
    for (const subject of ["1", "2", "3"]) {
      ids.unshift((await resend.emails.send({ ...email, subject })).data?.id);
    }
    expect((await resend.emails.get(ids[0] ?? "")).data).toMatchObject({ subject: "3", to: [email.to] });
    const first = (await resend.emails.list({ limit: 2 })).data;
    expect(first).toMatchObject({ object: "list", has_more: true, data: [{ id: ids[0] }, { id: ids[1] }] });
    const rest = (await resend.emails.list({ limit: 2, after: ids[1] ?? "" })).data;
    expect(rest).toMatchObject({ has_more: false, data: [{ id: ids[2] }] });
    expect((await resend.emails.get("nothing")).error).toMatchObject({ statusCode: 404, name: "not_found" });
    expect((await resend.emails.list({ after: "nothing" })).error?.statusCode).toBe(422);
    expect((await resend.emails.list({ limit: 101 })).error?.statusCode).toBe(422);
  });

  test.each<[string, object]>([
    ["missing_required_field", { ...email, to: [] }],
    ["missing_required_field", { ...email, from: undefined }],
    ["missing_required_field", { ...email, subject: "" }],
    ["validation_error", { ...email, text: undefined }],
    ["validation_error", { ...email, to: "bob" }],
    ["validation_error", { ...email, to: [1] }],
    ["validation_error", { ...email, from: "ann" }],
    ["validation_error", { ...email, to: Array.from({ length: 51 }, (_, at) => `b${at}@example.com`) }],
    ["validation_error", [email]],
  ])("that is wrong is a 422 (%s), and costs nothing", async (name, body) => {
    const { post, sandbox } = await startForTest();
    const response = await post("/emails", body);
    expect(response.status).toBe(422);
    expect(await response.json()).toEqual({ statusCode: 422, name, message: expect.any(String) });
    expect(sandbox.ledger()).toMatchObject({ entries: [], executedCalls: 0 });
  });
});

describe("a batch", () => {
  test("sends all or none", async () => {
    const { resend, sandbox } = await startForTest();
    const good = await resend.batch.send([email, { ...email, to: ["b@example.com", "c@example.com"] }]);
    expect(good.data?.data).toHaveLength(2);
    expect(sandbox.ledger()).toMatchObject({ grossMicroUsd: 2700, executedCalls: 1 });
    const bad = await resend.batch.send([email, { ...email, to: "bob" }]);
    expect(bad.error).toMatchObject({ statusCode: 422, name: "validation_error" });
    expect(sandbox.ledger().grossMicroUsd).toBe(2700);
  });

  test("sends what it can when permissive", async () => {
    const { resend, sandbox } = await startForTest();
    const emails = [email, { ...email, to: "bob" }, email];
    const sent = await resend.batch.send(emails, { batchValidation: "permissive" });
    expect(sent.data).toMatchObject({
      data: [{ id: expect.any(String) }, { id: expect.any(String) }],
      errors: [{ index: 1, message: expect.stringContaining("`to`") }],
    });
    expect(sandbox.ledger().grossMicroUsd).toBe(1800);
  });

  test.each([0, 101])("of %i is refused", async (length) => {
    const { post, sandbox } = await startForTest();
    expect(
      (
        await post(
          "/emails/batch",
          Array.from({ length }, () => email),
        )
      ).status,
    ).toBe(422);
    expect((await post("/emails/batch", email)).status).toBe(422);
    expect(sandbox.ledger().entries).toEqual([]);
  });
});

describe("a broadcast", () => {
  const draft = { segmentId: "segment", from: email.from, subject: "News", text: "News" };

  test("costs nothing until it is sent, once", async () => {
    const { resend, sandbox } = await startForTest({ segmentSize: 3 });
    const id = (await resend.broadcasts.create(draft)).data?.id ?? "";
    expect(sandbox.ledger()).toMatchObject({ entries: [], executedCalls: 1 });
    expect((await resend.broadcasts.send(id)).data).toEqual({ id });
    expect((await resend.broadcasts.send(id)).error?.statusCode).toBe(422);
    expect((await resend.broadcasts.get(id)).data).toMatchObject({ status: "sent" });
    expect((await resend.broadcasts.get("nothing")).error?.statusCode).toBe(404);
    expect(sandbox.ledger()).toMatchObject({ grossMicroUsd: 2700, executedCalls: 2 });
  });

  test("can be sent in the call that makes it", async () => {
    const { resend, sandbox } = await startForTest();
    await resend.broadcasts.create({ ...draft, send: true });
    expect(sandbox.ledger().grossMicroUsd).toBe(9000);
    expect((await resend.broadcasts.list()).data?.data).toMatchObject([{ status: "sent" }]);
  });
});

describe("the account", () => {
  test("lists its domains", async () => {
    const { resend } = await startForTest({ domains: ["one.example", "two.example"] });
    expect((await resend.domains.list({ limit: 1 })).data).toMatchObject({
      has_more: true,
      data: [{ name: "two.example", status: "verified" }],
    });
  });

  test("gives out keys that work", async () => {
    const { resend, sandbox } = await startForTest();
    const token = (await resend.apiKeys.create({ name: "second" })).data?.token ?? "";
    const second = new Resend(token, { baseUrl: sandbox.url });
    expect((await second.emails.send(email)).error).toBeNull();
    expect((await resend.apiKeys.list()).data?.data).toHaveLength(2);
    sandbox.reset();
    expect((await second.emails.send(email)).error?.name).toBe("invalid_api_key");
  });

  test("takes no other credential", async () => {
    const { post, sandbox } = await startForTest();
    const missing = await post("/emails", email, { authorization: "" });
    expect(await missing.json()).toMatchObject({ statusCode: 401, name: "missing_api_key" });
    const wrong = await post("/emails", email, { authorization: "Bearer vk_live_1" });
    expect(await wrong.json()).toMatchObject({ statusCode: 403, name: "invalid_api_key" });
    expect(sandbox.ledger().entries).toEqual([]);
  });

  test("knows no other routes, and no other bodies", async () => {
    const { post } = await startForTest();
    expect(await (await post("/events/send", {})).json()).toMatchObject({ statusCode: 404 });
    expect(await (await post("/domains", {})).json()).toMatchObject({ name: "method_not_allowed" });
    expect((await post("/emails", "{")).status).toBe(400);
  });
});
