import type { LanguageModelV4Content, LanguageModelV4StreamPart } from "@ai-sdk/provider";
import { simulateReadableStream } from "ai";
import { MockLanguageModelV4 } from "ai/test";

/** What the model says in one turn: words, or calls of tools. */
export type Turn = string | { tool: string; input?: object }[];

const USAGE = {
  inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 1, text: 1, reasoning: 0 },
};

/** A model that follows a script, in `generateText` and in `streamText`. @param script what to say in which turn, from 0 */
export function scriptedModel(script: (turn: number) => Turn): MockLanguageModelV4 {
  let turn = 0;

  function next(): { content: LanguageModelV4Content[]; finishReason: "stop" | "tool-calls" } {
    const said = script(turn++);
    if (typeof said === "string") return { content: [{ type: "text", text: said }], finishReason: "stop" };
    const content = said.map(({ tool, input = {} }, index) => ({
      type: "tool-call" as const,
      toolCallId: `call-${turn}-${index}`,
      toolName: tool,
      input: JSON.stringify(input),
    }));
    return { content, finishReason: "tool-calls" };
  }

  return new MockLanguageModelV4({
    async doGenerate() {
      const { content, finishReason } = next();
      return { content, finishReason: toFinish(finishReason), usage: USAGE, warnings: [] };
    },
    async doStream() {
      const { content, finishReason } = next();
      const chunks: LanguageModelV4StreamPart[] = [
        { type: "stream-start", warnings: [] },
        ...content.flatMap(toParts),
        { type: "finish", finishReason: toFinish(finishReason), usage: USAGE },
      ];
      return { stream: simulateReadableStream({ chunks, initialDelayInMs: null, chunkDelayInMs: null }) };
    },
  });
}

function toFinish<Reason>(unified: Reason): { unified: Reason; raw: undefined } {
  return { unified, raw: undefined };
}

function toParts(content: LanguageModelV4Content): LanguageModelV4StreamPart[] {
  if (content.type !== "text") return [content as LanguageModelV4StreamPart];
  return [
    { type: "text-start", id: "1" },
    { type: "text-delta", id: "1", delta: content.text },
    { type: "text-end", id: "1" },
  ];
}
