import { isToolRefusal, type ToolRefusal, toToolOutputs, type VaultKey } from "@keybrake/core";
import type { FlexibleSchema, Tool, ToolExecutionOptions } from "ai";

type FunctionTool = Extract<Tool, { type?: "function" | undefined }>;
type Inferred = "inputSchema" | "outputSchema" | "contextSchema" | "execute" | "toModelOutput";
type ToModelOutput = NonNullable<Tool["toModelOutput"]>;
type OutputOptions = Parameters<ToModelOutput>[0];

type MadeTool<Input, Output, Context> = Tool<Input, Output | ToolRefusal, Context>;

/** What `tool()` of the AI SDK takes, with a vault key for `execute`. */
export interface VaultToolDefinition<Input, Output, Context> extends Omit<FunctionTool, Inferred> {
  inputSchema: FlexibleSchema<Input>;
  outputSchema?: FlexibleSchema<Output>;
  contextSchema?: FlexibleSchema<Context>;
  /**
   * Never called without a key. Write an async generator function for preliminary results: of an iterable that any
   * other function returns, only the last value counts.
   */
  execute: (
    input: Input,
    options: ToolExecutionOptions<Context>,
    key: VaultKey,
  ) => AsyncIterable<Output> | PromiseLike<Output> | Output;
  /** Not asked about refusals: the model reads those as they are. */
  toModelOutput?: (
    options: Omit<OutputOptions, "output"> & { output: NoInfer<Output> },
  ) => ReturnType<ToModelOutput>;
}

/** A tool that waits for the keys of a run. {@link vaultTools} makes it a tool of the AI SDK. */
export type VaultTool<Input, Output, Context> = (
  getKey: () => Promise<VaultKey>,
) => MadeTool<Input, Output, Context>;

/**
 * A tool whose `execute` gets a vault key as its last argument. Where Keybrake refuses a call, also as a vendor's SDK
 * raises it, the tool's result is a `ToolRefusal`; so it is where `execute` returns an SDK's word of a spent cap. Every other error, that of having no key too, is the tool's error
 * as anywhere in the AI SDK.
 *
 * @example
 * const charge = vaultTool({
 *   description: "Charges a customer",
 *   inputSchema: z.object({ customer: z.string(), amountCents: z.number().int() }),
 *   execute: async ({ customer, amountCents }, _options, key) => {
 *     const stripe = new Stripe(key.token, stripeOptions(key, Stripe));
 *     const { id } = await stripe.paymentIntents.create({ amount: amountCents, currency: "usd", customer });
 *     return { id };
 *   },
 * });
 */
export function vaultTool<Input, Output, Context>(
  definition: VaultToolDefinition<Input, Output, Context>,
): VaultTool<Input, Output, Context> {
  const { execute, toModelOutput, ...settings } = definition;
  const isGenerator = Object.prototype.toString.call(execute) === "[object AsyncGeneratorFunction]";
  type Call = [input: Input, options: ToolExecutionOptions<Context>];

  return (getKey) => {
    async function* outputs(...call: Call): AsyncGenerator<Output | ToolRefusal> {
      const key = await getKey();
      yield* toToolOutputs(key, call[0], () => execute(...call, key));
    }

    const lastOutput = async (...call: Call) => (await Array.fromAsync(outputs(...call))).at(-1);
    const tellModel = (options: OutputOptions) =>
      isToolRefusal(options.output) ? { type: "json", value: options.output } : toModelOutput?.(options);
    // The AI SDK must know before the key is there whether there will be preliminary results.
    const tool = { ...settings, execute: isGenerator ? outputs : lastOutput };
    return (toModelOutput ? { ...tool, toModelOutput: tellModel } : tool) as unknown as MadeTool<
      Input,
      Output,
      Context
    >;
  };
}
