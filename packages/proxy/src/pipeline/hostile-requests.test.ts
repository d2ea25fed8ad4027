import { ERROR_STATUS, errorEnvelopeSchema } from "@keybrake/core/protocol";
import { expect, it } from "vitest";
import { parseRaw, sendRaw } from "../testing/sender.ts";
import { startForTest } from "../testing/start-for-test.ts";
import { hostileRequests } from "./hostile-requests.ts";

it.each(hostileRequests)("$name", async ({ bytes, codes }) => {
  const bench = await startForTest();
  const { id, token } = await bench.issue();
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
