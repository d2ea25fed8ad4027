import { describe, expect, test, vi } from "vitest";
import { startForTest } from "./testing/start-for-test.ts";

const email = { from: "ann@example.com", to: "bob@example.com", subject: "Hi", text: "Hi" };
const keyed = { idempotencyKey: "order-1" };

describe("the same key", () => {
  test("with the same email gives the same id back, and nothing to tell by", async () => {
    const { resend, sandbox } = await startForTest();
    const first = await resend.emails.send(email, keyed);
    const second = await resend.emails.send(email, keyed);
    expect(second.data).toEqual(first.data);
    expect(Object.keys(second.headers ?? {})).toEqual(Object.keys(first.headers ?? {}));
    expect(sandbox.ledger()).toMatchObject({ entries: [{ idempotencyKey: "order-1" }], executedCalls: 1 });
  });

  test("works for batches, failed halves and all", async () => {
    const { resend, sandbox } = await startForTest();
    const options = { ...keyed, batchValidation: "permissive" as const };
    const first = await resend.batch.send([email, { ...email, to: "bob" }], options);
    expect((await resend.batch.send([email, { ...email, to: "bob" }], options)).data).toEqual(first.data);
    expect(sandbox.ledger().entries).toHaveLength(1);
  });

  test("with another payload or path is a 409", async () => {
    const { resend, post, sandbox } = await startForTest();
    await resend.emails.send(email, keyed);
    const other = await resend.emails.send({ ...email, subject: "Ho" }, keyed);
    expect(other.error).toMatchObject({ statusCode: 409, name: "invalid_idempotent_request" });
    expect((await post("/emails/batch", [email], { "idempotency-key": "order-1" })).status).toBe(409);
    expect(sandbox.ledger().entries).toHaveLength(1);
  });

  test("under way is a 409 too", async () => {
    const { resend, sandbox } = await startForTest();
    sandbox.fail({ kind: "delay", ms: 600_000 });
    const first = resend.emails.send(email, keyed);
    await vi.waitFor(() => expect(sandbox.requests()).toHaveLength(1));
    const second = await resend.emails.send(email, keyed);
    expect(second.error).toMatchObject({ statusCode: 409, name: "concurrent_idempotent_requests" });
    await sandbox.close();
    expect((await first).data).toBeNull();
  });

  test("a day later sends again", async () => {
    let nowMs = Date.UTC(2026, 0, 1);
    const { resend, sandbox } = await startForTest({ now: () => nowMs });
    const first = await resend.emails.send(email, keyed);
    nowMs += 24 * 60 * 60 * 1000 - 1;
    expect((await resend.emails.send(email, keyed)).data).toEqual(first.data);
    nowMs += 1;
    expect((await resend.emails.send(email, keyed)).data).not.toEqual(first.data);
    expect(sandbox.ledger().entries).toHaveLength(2);
  });

  test("keeps the true result of a send whose answer was lost in a 500", async () => {
    const { resend, sandbox } = await startForTest();
    sandbox.fail({ kind: "status_after_effect", status: 500 });
    expect((await resend.emails.send(email, keyed)).error?.statusCode).toBe(500);
    expect((await resend.emails.send(email, keyed)).data).toEqual({
      id: sandbox.ledger().entries[0]?.objectId,
    });
    expect(sandbox.ledger().executedCalls).toBe(1);
  });

  test("is not taken by a refusal", async () => {
    const { resend } = await startForTest();
    expect((await resend.emails.send({ ...email, to: "bob" }, keyed)).error?.statusCode).toBe(422);
    expect((await resend.emails.send(email, keyed)).error).toBeNull();
  });

  test("has 1 to 256 characters", async () => {
    const { post } = await startForTest();
    for (const key of ["", "k".repeat(257)]) {
      const response = await post("/emails", email, { "idempotency-key": key });
      expect(await response.json()).toMatchObject({ statusCode: 400, name: "invalid_idempotency_key" });
    }
  });

  test("means nothing to a broadcast", async () => {
    const { post, sandbox } = await startForTest();
    const body = { segment_id: "s", from: email.from, subject: "News", text: "News", send: true };
    for (let tries = 0; tries < 2; tries += 1) {
      expect((await post("/broadcasts", body, { "idempotency-key": "order-1" })).status).toBe(201);
    }
    expect(sandbox.ledger().executedCalls).toBe(2);
  });
});
