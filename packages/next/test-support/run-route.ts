import { withVaultKey } from "@keybrake/next";
import { joinStage, toResponse } from "@keybrake/testing/remote-work";
import type { NextRequest } from "next/server.js";

const work = joinStage(process.env.STAGE_URL ?? "");

const run = withVaultKey(
  (request) => work.policy(readInput(request)),
  async (request, key) => toResponse(await work.handler(key, readInput(request))),
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
