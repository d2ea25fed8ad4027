import { ERROR_STATUS, errorEnvelopeSchema } from "@keybrake/core/protocol";
import { expect, it } from "vitest";
import { hostileRequests } from "../../test-support/hostile-requests.ts";
import { parseRaw, sendAll, sendRaw } from "../../test-support/sender.ts";
import { startForTest } from "../../test-support/start-for-test.ts";
import { until } from "../../test-support/until.ts";

it.each(hostileRequests)("$name", async ({ bytes, codes }) => {
  const bench = await startForTest();
  const { id, token } = await bench.issue({ daily_usd_cap: 1_000_000_000 });
  const text = bytes.replaceAll("{token-tail}", token.slice(1)).replaceAll("{token}", token);
  // Lengths were counted with the placeholder in place.
  const grown = text.replace(
    /Content-Length: (\d+)(?=\r\n\r\ndescription=)/,
    (_all, length) => `Content-Length: ${Number(length) + token.length - "{token}".length}`,
  );
  const answer = parseRaw(await sendRaw(bench.port, Buffer.from(grown, "latin1")));
  expect(codes).toContain(answer.headers["x-keybrake-code"]);
  const code = String(answer.headers["x-keybrake-code"]);
  expect(answer.status).toBe(ERROR_STATUS[code as keyof typeof ERROR_STATUS]);
  expect(answer.status).toBeLessThan(500);
  const body = errorEnvelopeSchema.parse(answer.json);
  expect(body).toMatchObject({ code, status: answer.status, request_id: answer.headers["request-id"] });
  expect(answer.headers["stripe-should-retry"]).toBe("false");
  expect(answer.text).not.toContain(token);
  expect(bench.sandbox.requests()).toEqual([]);
  expect(await bench.spend({ id, token })).toMatchObject({ total_usd: 0, held_usd: 0 });
  expect(bench.internalErrors).toEqual([]);
});

it("lets garbage behind a call neither answer for it nor lose its money", async () => {
  const bench = await startForTest();
  const key = await bench.issue({ daily_usd_cap: 100 });
  bench.sandbox.fail({ kind: "delay", ms: 150 });
  const body = "amount=100&currency=usd&source=tok_visa";
  const charge = `POST /stripe/v1/charges HTTP/1.1\r\nHost: p\r\nAuthorization: Bearer ${key.token}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  const text = await sendRaw(bench.port, `${charge}garbage\r\n\r\n`).catch(() => "");
  expect(text).not.toContain("malformed_request");
  await until("the call is settled", async () => (await bench.audit()).length === 1);
  expect(await bench.spend(key)).toMatchObject({ total_usd: 1, held_usd: 0 });
});

it("answers requests that come in one piece one by one, each as its own", async () => {
  const bench = await startForTest();
  const key = await bench.issue({ daily_usd_cap: 100 });
  const charge = (amount: number): string => {
    const body = `amount=${amount}&currency=usd&source=tok_visa`;
    return `POST /stripe/v1/charges HTTP/1.1\r\nHost: p\r\nAuthorization: Bearer ${key.token}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\nConnection: ${amount === 300 ? "close" : "keep-alive"}\r\n\r\n${body}`;
  };
  const text = await sendAll(bench.port, charge(100) + charge(200) + charge(300));
  expect([...text.matchAll(/"amount":(\d+)/g)].map(([, amount]) => amount)).toEqual(["100", "200", "300"]);
  expect((await bench.spend(key)).total_usd).toBe(6);
});
