import { withVaultKey } from "@keybrake/next";
import { joinStage } from "@keybrake/testing/remote-work";
import type { NextRequest } from "next/server.js";

const work = joinStage(process.env.STAGE_URL ?? "");

const run = withVaultKey(
  (request) => work.policy(readInput(request)),
  async (request, key) => {
    const answer = await work.handler(key, readInput(request));
    return new Response(typeof answer === "string" ? answer : toStream(answer));
  },
  work,
);

/** The suite's work behind the adapter, as the Route Handler of an app. */
export async function POST(request: NextRequest, context: unknown): Promise<Response> {
  request.signal.addEventListener("abort", () => void work.reportDeparture());
  try {
    return await run(request, context);
  } catch (error) {
    await work.reportError(error);
    throw error;
  }
}

function readInput(request: NextRequest): string {
  return request.nextUrl.searchParams.get("input") ?? "";
}

function toStream(chunks: AsyncIterable<string>): ReadableStream<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]();
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await iterator.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      await iterator.return?.();
    },
  });
}
