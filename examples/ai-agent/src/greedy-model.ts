import type { LanguageModel } from "ai";
import { MockLanguageModelV4 } from "ai/test";
import { OVERDUE } from "./overdue.ts";

const USAGE = {
  inputTokens: { total: 0, noCache: 0, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 0, text: 0, reasoning: 0 },
};

/**
 * Stands in for a model, so that the example needs no account: it asks who owes money, then charges one after the
 * other, and never stops.
 */
export function createGreedyModel(): LanguageModel {
  let turns = 0;
  return new MockLanguageModelV4({
    async doGenerate() {
      const customer = OVERDUE[(turns - 1) % OVERDUE.length];
      const [toolName, input] = turns === 0 ? ["listOverdue", {}] : ["charge", customer];
      turns += 1;
      return {
        content: [{ type: "tool-call", toolCallId: `call-${turns}`, toolName, input: JSON.stringify(input) }],
        finishReason: { unified: "tool-calls", raw: undefined },
        usage: USAGE,
        warnings: [],
      };
    },
  });
}
