import type { VaultKey } from "@keybrake/core";
import type { FlexibleSchema, Tool, ToolExecutionOptions } from "ai";
import { isToolRefusal, type ToolRefusal, toToolRefusal } from "./tool-refusal.ts";

type FunctionTool = Extract<Tool, { type?: "function" | undefined }>;
type Inferred = "inputSchema" | "outputSchema" | "contextSchema" | "execute" | "toModelOutput";

/** What `tool()` of the AI SDK takes, with a vault key for `execute`. */
export interface VaultToolDefinition<Input, Output, Context> extends Omit<FunctionTool, Inferred> {
  inputSchema: FlexibleSchema<Input>;
  outputSchema?: FlexibleSchema<Output>;
  contextSchema?: FlexibleSchema<Context>;
  /**
   * Never called without a key. Write an async generator function for preliminary results; of an iterable that another
   * function returns, only the last value counts.
   */
  execute: (
    input: Input,
    options: ToolExecutionOptions<Context>,
    key: VaultKey,
  ) => AsyncIterable<Output> | PromiseLike<Output> | Output;
  /** Not asked about refusals, which the model reads as they are. */
  toModelOutput?: (
    options: Omit<ModelOutputOptions, "output"> & { output: NoInfer<Output> },
  ) => ReturnType<ToModelOutput>;
}

type ToModelOutput = NonNullable<Tool["toModelOutput"]>;
type ModelOutputOptions = Parameters<ToModelOutput>[0];

/** A tool that waits for the keys of a run. It is no tool of the AI SDK before {@link withVaultTools} makes it one. */
export type VaultTool<Input, Output, Context> = (
  getKey: () => Promise<VaultKey>,
) => Tool<Input, Output | ToolRefusal, Context>;

/**
 * A tool whose `execute` gets a vault key as its last argument. Where Keybrake refuses a call, also as a vendor's SDK
 * raises it, the model gets a {@link ToolRefusal} as the result. Every other error, no key to be had too, is the
 * tool's error, as anywhere in the AI SDK.
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
  type Options = ToolExecutionOptions<Context>;

  return (getKey) => {
    async function* outputs(input: Input, options: Options): AsyncGenerator<Output | ToolRefusal> {
      const key = await getKey();
      try {
        const output = execute(input, options, key);
        if (isAsyncIterable(output)) yield* output;
        else yield await output;
      } catch (error) {
        const refusal = await toToolRefusal(error);
        if (!refusal) throw error;
        yield refusal;
      }
    }

    async function lastOutput(input: Input, options: Options): Promise<Output | ToolRefusal | undefined> {
      let last: Output | ToolRefusal | undefined;
      for await (const output of outputs(input, options)) last = output;
      return last;
    }

    const tool = {
      ...settings,
      // The AI SDK must be told before the key is there whether there will be preliminary results.
      execute: isAsyncGeneratorFunction(execute) ? outputs : lastOutput,
      ...(toModelOutput && {
        toModelOutput: (options: ModelOutputOptions) =>
          isToolRefusal(options.output) ? { type: "json", value: options.output } : toModelOutput(options),
      }),
    };
    return tool as unknown as ReturnType<VaultTool<Input, Output, Context>>;
  };
}

function isAsyncIterable<Output>(value: unknown): value is AsyncIterable<Output> {
  return typeof (value as Partial<AsyncIterable<Output>> | null)?.[Symbol.asyncIterator] === "function";
}

function isAsyncGeneratorFunction(value: unknown): boolean {
  return Object.prototype.toString.call(value) === "[object AsyncGeneratorFunction]";
}
