import { type LanguageModel, simulateReadableStream } from "ai";
import { MockLanguageModelV4 } from "ai/test";

const DEBTORS = [
  { customer: "Ada", amountCents: 2000 },
  { customer: "Ben", amountCents: 1500 },
  { customer: "Cleo", amountCents: 1200 },
];

const USAGE = {
  inputTokens: { total: 0, noCache: 0, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 0, text: 0, reasoning: 0 },
};

/** Stands in for a model, so that the example needs no account: it charges everybody, over and over. */
export function createGreedyModel(): LanguageModel {
  let turns = 0;
  return new MockLanguageModelV4({
    async doStream() {
      const debtor = DEBTORS[turns % DEBTORS.length];
      turns += 1;
      return {
        stream: simulateReadableStream({
          chunks: [
            { type: "stream-start", warnings: [] },
            { type: "text-start", id: "1" },
            { type: "text-delta", id: "1", delta: `I charge ${debtor?.customer}.` },
            { type: "text-end", id: "1" },
            {
              type: "tool-call",
              toolCallId: `call-${turns}`,
              toolName: "charge",
              input: JSON.stringify(debtor),
            },
            { type: "finish", finishReason: { unified: "tool-calls", raw: undefined }, usage: USAGE },
          ],
          chunkDelayInMs: 50,
        }),
      };
    },
  });
}
