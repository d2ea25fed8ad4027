import { once } from "node:events";
import { type IncomingMessage, request, type ServerResponse } from "node:http";
import { expect, it } from "vitest";
import { startForTest } from "../../test-support/start-for-test.ts";
import { startVendor } from "../../test-support/start-vendor.ts";

it.each(["text/event-stream", "text/event-stream; charset=utf-8", "application/x-ndjson"])(
  "hands a streaming response of a route with a success rule on piece by piece: %s",
  async (contentType) => {
    const responses: ServerResponse[] = [];
    const vendor = await startVendor((_call, response) => {
      response.writeHead(200, { "content-type": contentType });
      response.flushHeaders();
      responses.push(response);
    });
    const bench = await startForTest({
      config: {
        vendors: {
          acme: {
            upstream: vendor.url,
            credential: "acme-secret-canary",
            auth: { authorization: "Bearer {{secret}}" },
            routes: [
              { match: "POST /v1/chat", per_call_usd: 0.5, success: { pointer: "/ok", equals: true } },
            ],
          },
        },
      },
    });
    const key = await bench.issue({ vendor: "acme", daily_usd_cap: 1 });
    const sent = request(`${bench.url}/acme/v1/chat`, {
      method: "POST",
      headers: { authorization: `Bearer ${key.token}`, "content-type": "application/json" },
    });
    sent.end("{}");
    const [response] = (await once(sent, "response")) as [IncomingMessage];
    const pieces = response.setEncoding("utf8")[Symbol.asyncIterator]();
    // Each piece is written only once the one before has arrived, so a response that is held back never ends.
    for (const piece of ["data: 1\n\n", "data: 2\n\n"]) {
      responses[0]?.write(piece);
      expect((await pieces.next()).value).toBe(piece);
    }
    responses[0]?.end();
    expect((await pieces.next()).done).toBe(true);
    expect(await bench.spend(key)).toMatchObject({ total_usd: 0.5, held_usd: 0 });
  },
);
