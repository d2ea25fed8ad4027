import { stopOnCap, vaultTool, vaultTools } from "@keybrake/ai";
import type { IssuePolicy, Keybrake } from "@keybrake/core";
import { stripeOptions } from "@keybrake/core/stripe";
import { isStepCount, type LanguageModel, ToolLoopAgent, tool } from "ai";
import Stripe from "stripe";
import { z } from "zod";
import { OVERDUE } from "./overdue.ts";

/** What a run may do and spend, whatever its model thinks. */
export const POLICY = {
  label: "billing-agent/overdue",
  vendor: "stripe",
  allowedEndpoints: ["POST /v1/payment_intents"],
  totalUsdCap: 100,
  expiresIn: "5m",
} satisfies IssuePolicy;

const listOverdue = tool({
  description: "Lists the customers who owe money, and how much",
  inputSchema: z.object({}),
  execute: () => OVERDUE,
});

const charge = vaultTool({
  description: "Charges a customer",
  inputSchema: z.object({ customer: z.string(), amountCents: z.number().int().positive() }),
  execute: async ({ customer, amountCents }, _options, key) => {
    const stripe = new Stripe(key.token, stripeOptions(key, Stripe));
    const metadata = { customer };
    const { id } = await stripe.paymentIntents.create({ amount: amountCents, currency: "usd", metadata });
    return { id };
  },
});

/**
 * One run of the agent. It holds no Stripe key: its first charge gets it a vault key, which ends with the run.
 *
 * @param onCall told of each tool call, its input and its result
 */
export function runAgent(
  model: LanguageModel,
  client: Keybrake,
  onCall: (tool: string, input: unknown, output: unknown) => void,
) {
  return vaultTools(
    POLICY,
    { listOverdue, charge },
    (tools) => {
      const agent = new ToolLoopAgent({
        model,
        tools,
        instructions: "You collect overdue payments: charge each customer once, one after the other.",
        stopWhen: [stopOnCap(), isStepCount(50)],
        onToolExecutionEnd({ toolCall, toolOutput }) {
          const output = toolOutput.type === "tool-result" ? toolOutput.output : toolOutput.error;
          onCall(toolCall.toolName, toolCall.input, output);
        },
      });
      return agent.generate({ prompt: "Collect what is overdue." });
    },
    { client },
  );
}
