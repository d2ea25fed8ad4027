import type { LanguageModelV4StreamPart } from "@ai-sdk/provider";
import { simulateReadableStream } from "ai";
import { MockLanguageModelV4 } from "ai/test";

/**
 * What becomes of one turn: words; calls of tools; or
 * `rejects` the provider refuses · `says error` its stream holds an error part · `breaks` its stream breaks off after
 * some words · `hangs` it says some words and then nothing until it is aborted.
 */
export type Turn =
  | { says: string }
  | { calls: { tool: string; input?: object }[] }
  | { fails: "rejects" | "says error" | "breaks" | "hangs" };

const USAGE = {
  inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 1, text: 1, reasoning: 0 },
};
const FINISH = {
  stop: { unified: "stop", raw: undefined },
  calls: { unified: "tool-calls", raw: undefined },
} as const;

/** The failures of {@link Turn}. */
export const providerError = new Error("the provider failed");

/** A model that follows a script, in `generateText` and `streamText`. @param script what happens in which turn, from 0 */
export function scriptedModel(script: (turn: number) => Turn): MockLanguageModelV4 {
  let turns = 0;

  return new MockLanguageModelV4({
    async doGenerate({ abortSignal }) {
      const turn = script(turns++);
      if ("fails" in turn) throw turn.fails === "hangs" ? await untilAborted(abortSignal) : providerError;
      return "says" in turn
        ? {
            content: [{ type: "text", text: turn.says }],
            finishReason: FINISH.stop,
            usage: USAGE,
            warnings: [],
          }
        : { content: toCalls(turn.calls, turns), finishReason: FINISH.calls, usage: USAGE, warnings: [] };
    },
    async doStream({ abortSignal }) {
      const turn = script(turns++);
      if ("fails" in turn && turn.fails === "rejects") throw providerError;
      const chunks: LanguageModelV4StreamPart[] = [{ type: "stream-start", warnings: [] }];
      if ("calls" in turn) chunks.push(...toCalls(turn.calls, turns));
      else chunks.push(...toText("says" in turn ? turn.says : "some words"));
      if ("fails" in turn && turn.fails === "says error")
        chunks.push({ type: "error", error: providerError });
      chunks.push({
        type: "finish",
        finishReason: "calls" in turn ? FINISH.calls : FINISH.stop,
        usage: USAGE,
      });
      if ("fails" in turn && turn.fails === "breaks")
        return { stream: endingWith(chunks.slice(0, -1), async () => providerError) };
      if ("fails" in turn && turn.fails === "hangs") {
        return { stream: endingWith(chunks.slice(0, -1), () => untilAborted(abortSignal)) };
      }
      return { stream: simulateReadableStream({ chunks, initialDelayInMs: null, chunkDelayInMs: null }) };
    },
  });
}

function toCalls(calls: { tool: string; input?: object }[], turn: number) {
  return calls.map(({ tool, input = {} }, index) => ({
    type: "tool-call" as const,
    toolCallId: `call-${turn}-${index}`,
    toolName: tool,
    input: JSON.stringify(input),
  }));
}

function toText(text: string): LanguageModelV4StreamPart[] {
  return [
    { type: "text-start", id: "1" },
    { type: "text-delta", id: "1", delta: text },
    { type: "text-end", id: "1" },
  ];
}

/** A stream that says its chunks and then fails. */
function endingWith(
  chunks: LanguageModelV4StreamPart[],
  failure: () => Promise<unknown>,
): ReadableStream<LanguageModelV4StreamPart> {
  const left = [...chunks];
  return new ReadableStream({
    async pull(controller) {
      const chunk = left.shift();
      if (!chunk) throw await failure();
      controller.enqueue(chunk);
    },
  });
}

function untilAborted(signal: AbortSignal | undefined): Promise<unknown> {
  return new Promise((resolve) => signal?.addEventListener("abort", () => resolve(signal.reason)));
}
