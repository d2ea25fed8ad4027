import { createTextStreamResponse } from "ai";
import { runAgent } from "../../../lib/agent.ts";
import { createGreedyModel } from "../../../lib/greedy-model.ts";
import { getUser } from "../../../lib/session.ts";

/** Runs the agent, with a real model where `MODEL` names one of the AI Gateway. */
export async function POST(): Promise<Response> {
  const model = process.env.MODEL ?? createGreedyModel();
  return createTextStreamResponse({ stream: await runAgent(model, await getUser()) });
}
