import { stopOnCap, vaultTool, vaultTools } from "@keybrake/ai";
import { isToolRefusal } from "@keybrake/core";
import { isStepCount, type LanguageModel, streamText } from "ai";
import { charge, chargeSchema } from "./charge.ts";
import { chargePolicy, RUN_CAP_USD } from "./policies.ts";

const tools = {
  charge: vaultTool({
    description: "Charges a customer",
    inputSchema: chargeSchema,
    execute: (input, _options, key) => charge(key, input),
  }),
};

/**
 * One run of the agent, told line by line. Its first charge gets it a vault key, which ends with the run: after the last
 * line, or when nobody reads on.
 */
export async function runAgent(model: LanguageModel, user: string): Promise<ReadableStream<string>> {
  const { stream } = await vaultTools(
    { ...chargePolicy(user, "billing-agent"), totalUsdCap: RUN_CAP_USD },
    tools,
    (run) =>
      streamText({
        model,
        tools: run,
        prompt: "Ada owes 20 USD, Ben 15, Cleo 12. Charge each of them once, and say what you do.",
        stopWhen: [stopOnCap(), isStepCount(20)],
        onError: ({ error }) => console.error(error),
      }),
  );
  return stream.pipeThrough(
    new TransformStream({
      transform(part, lines) {
        if (part.type === "text-delta") lines.enqueue(part.text);
        if (part.type === "text-end") lines.enqueue("\n");
        if (part.type === "tool-result") lines.enqueue(`  ${describe(part.output)}\n`);
        if (part.type === "tool-error" || part.type === "error") lines.enqueue("  The run failed.\n");
      },
    }),
  );
}

function describe(output: unknown): string {
  return isToolRefusal(output) ? output.message : JSON.stringify(output);
}
