import { CapExhaustedError, KeyRevokedError, type ToolRefusal, type VaultKey } from "@keybrake/core";
import { setupKeybrake } from "@keybrake/testing/vitest";
import { generateText, isStepCount, type StreamTextResult, streamText, type Tool, tool } from "ai";
import { describe, expect, expectTypeOf, it } from "vitest";
import { z } from "zod";
import { scriptedModel, type Turn } from "../test-support/scripted-model.ts";
import { vaultTool, vaultTools } from "./index.ts";

const keybrake = setupKeybrake();
const policy = { label: "run-7", vendor: "stripe", uncapped: true } as const;
const prompt = "work";
const stopWhen = isStepCount(10);

/** The model of one run: the given turns, and then goodbye. */
function playing(...turns: Turn[]): ReturnType<typeof scriptedModel> {
  return scriptedModel((turn) => turns[turn] ?? { says: "bye" });
}

/** A tool that tells which key it was given. */
const which = vaultTool({ inputSchema: z.object({}), execute: (_input, _options, key) => key.id });

const weather = tool({
  inputSchema: z.object({ city: z.string() }),
  execute: ({ city }) => ({ city, isSunny: true }),
});

describe("the keys of a run", () => {
  it("are none where no tool is called", async () => {
    await vaultTools(policy, { which }, (tools) => generateText({ model: playing(), tools, prompt }));
    const { text } = await vaultTools(policy, { which }, (tools) =>
      streamText({ model: playing(), tools, prompt }),
    );
    expect(await text).toBe("bye");
    expect(keybrake.issued).toEqual([]);
  });

  it("are none where only other tools are called", async () => {
    const model = playing({ calls: [{ tool: "weather", input: { city: "Oslo" } }] });
    const { toolResults } = await vaultTools(policy, { which, weather }, (tools) =>
      generateText({ model, tools, prompt }),
    );
    expect(toolResults).toMatchObject([{ output: { city: "Oslo", isSunny: true } }]);
    expect(keybrake.issued).toEqual([]);
  });

  it("are one for all calls, of one step and of all steps", async () => {
    const calls = Array(10).fill({ tool: "which" });
    const { steps } = await vaultTools(policy, { which, other: which }, (tools) =>
      generateText({
        model: playing({ calls }, { calls: [...calls, { tool: "other" }] }),
        tools,
        prompt,
        stopWhen,
      }),
    );
    const ids = steps.flatMap(({ toolResults }) => toolResults.map(({ output }) => output));
    expect(ids).toHaveLength(21);
    expect([...new Set(ids)]).toEqual(keybrake.issued.map(({ id }) => id));
    expect(keybrake.revoked).toHaveLength(1);
  });

  it("are never shared by runs that use the same tools at once", async () => {
    const tools = { which };
    const runs = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        vaultTools({ ...policy, label: `run-${index}` }, tools, (run) =>
          generateText({ model: playing({ calls: [{ tool: "which" }] }), tools: run, prompt }),
        ),
      ),
    );
    const labels = runs.map(({ toolResults }) => {
      return keybrake.issued.find(({ id }) => id === toolResults[0]?.output)?.label;
    });
    expect(labels).toEqual(runs.map((_, index) => `run-${index}`));
    expect(keybrake.revoked).toHaveLength(20);
  });

  it("are one for each policy, told from the name of a tool", async () => {
    const sms = which;
    await vaultTools(
      (name) => {
        expectTypeOf(name).toEqualTypeOf<"which" | "sms" | "refund">();
        return name === "sms" ? { label: "run-7", vendor: "twilio", uncapped: true } : policy;
      },
      { which, sms, refund: which },
      (tools) =>
        generateText({
          model: playing({ calls: [{ tool: "which" }, { tool: "sms" }, { tool: "refund" }] }),
          tools,
          prompt,
        }),
    );
    expect(keybrake.issued.map(({ vendor }) => vendor).sort()).toEqual(["stripe", "twilio"]);
    expect(keybrake.revoked).toHaveLength(2);
  });

  it("are given to nobody after the run", async () => {
    let kept: { which: Tool } | undefined;
    await vaultTools(policy, { which }, async (tools) => {
      kept = tools;
    });
    const late = kept?.which.execute?.({}, { toolCallId: "1", messages: [], context: {} });
    await expect(late).rejects.toBeInstanceOf(KeyRevokedError);
    expect(keybrake.issued).toEqual([]);
  });

  it("are revoked where the run can't begin", async () => {
    const mishap = new Error("no model");
    const running = vaultTools(policy, { which }, async (tools) => {
      await (tools.which as Tool).execute?.({}, { toolCallId: "1", messages: [], context: {} });
      throw mishap;
    });
    await expect(running).rejects.toBe(mishap);
    expect(keybrake.revoked).toHaveLength(1);
  });
});

describe("without a key", () => {
  it("no tool runs, and its error says why", async () => {
    keybrake.goDown();
    let runs = 0;
    const charge = vaultTool({ inputSchema: z.object({}), execute: () => ++runs });
    const { steps } = await vaultTools(policy, { charge }, (tools) =>
      generateText({ model: playing({ calls: [{ tool: "charge" }] }), tools, prompt, stopWhen }),
    );
    expect(runs).toBe(0);
    expect(steps[0]?.content).toMatchObject([
      { type: "tool-call" },
      { type: "tool-error", error: { code: "vault_key_unavailable" } },
    ]);
  });

  it("the next call tries again", async () => {
    keybrake.goDown();
    const back = tool({ inputSchema: z.object({}), execute: () => keybrake.comeBack() });
    const turns = ["which", "back", "which"].map((name) => ({ calls: [{ tool: name }] }));
    const { steps } = await vaultTools(policy, { which, back }, (tools) =>
      generateText({ model: playing(...turns), tools, prompt, stopWhen }),
    );
    expect(steps[2]?.toolResults).toMatchObject([{ output: keybrake.issued[0]?.id }]);
    expect(keybrake.revoked).toHaveLength(1);
  });
});

describe("preliminary results", () => {
  const call = { calls: [{ tool: "count" }] };

  async function outputs(
    result: Pick<StreamTextResult<{ count: Tool }, Record<string, unknown>, never>, "stream">,
  ): Promise<unknown[]> {
    const seen: unknown[] = [];
    for await (const part of result.stream) {
      if (part.type === "tool-result") seen.push(part.preliminary ? part.output : { final: part.output });
    }
    return seen;
  }

  it("come from an async generator function, and the key works until its end", async () => {
    keybrake.vendor("stripe", () => Response.json({ id: "pi_1" }));
    const count = vaultTool({
      inputSchema: z.object({}),
      async *execute(_input, _options, key) {
        yield "one";
        yield String((await key.fetch("/v1/charges")).status);
      },
    });
    const result = await vaultTools(policy, { count }, (tools) =>
      streamText({ model: playing(call), tools, prompt }),
    );
    expect(await outputs(result)).toEqual(["one", "200", { final: "200" }]);
    expect(keybrake.revoked).toHaveLength(1);
  });

  it("may end with a refusal", async () => {
    const count = vaultTool({
      inputSchema: z.object({}),
      async *execute() {
        yield "one";
        throw new CapExhaustedError({ code: "cap_exhausted", message: "spent" });
      },
    });
    const result = await vaultTools(policy, { count }, (tools) =>
      streamText({ model: playing(call), tools, prompt }),
    );
    const [first, ...rest] = await outputs(result);
    expect(first).toBe("one");
    expect(rest).toMatchObject([{ error: "spend_cap_exceeded" }, { final: { error: "spend_cap_exceeded" } }]);
  });

  it("are left out where another function returns an iterable: its last value is the result", async () => {
    async function* twice(key: VaultKey): AsyncGenerator<string> {
      yield "one";
      yield key.vendor;
    }
    const count = vaultTool({ inputSchema: z.object({}), execute: (_input, _options, key) => twice(key) });
    const result = await vaultTools(policy, { count }, (tools) =>
      streamText({ model: playing(call), tools, prompt }),
    );
    expect(await outputs(result)).toEqual([{ final: "stripe" }]);
  });
});

it("asks toModelOutput about results, and not about refusals", async () => {
  const pay = vaultTool({
    inputSchema: z.object({ isRich: z.boolean() }),
    execute: ({ isRich }) => {
      if (isRich) return { cents: 2000 };
      throw new CapExhaustedError({ code: "cap_exhausted", message: "spent" });
    },
    toModelOutput: ({ output }) => ({ type: "text", value: `${output.cents / 100} dollars` }),
  });
  const model = playing({
    calls: [
      { tool: "pay", input: { isRich: true } },
      { tool: "pay", input: { isRich: false } },
    ],
  });
  await vaultTools(policy, { pay }, (tools) => generateText({ model, tools, prompt, stopWhen }));
  expect(model.doGenerateCalls[1]?.prompt.at(-1)?.content).toMatchObject([
    { output: { type: "text", value: "20 dollars" } },
    { output: { type: "json", value: { refusedBy: "keybrake", error: "spend_cap_exceeded" } } },
  ]);
});

it("keeps the types of inputs, results and contexts", async () => {
  const charge = vaultTool({
    inputSchema: z.object({ customer: z.string(), cents: z.number() }),
    contextSchema: z.object({ shop: z.string() }),
    execute: async ({ customer, cents }, { context }, key) => {
      expectTypeOf(context).toEqualTypeOf<{ shop: string }>();
      expectTypeOf(key).toEqualTypeOf<VaultKey>();
      return { id: `${context.shop}/${customer}/${cents}` };
    },
  });
  const tools = { charge, weather };
  const calls = [
    { tool: "charge", input: { customer: "ada", cents: 5 } },
    { tool: "weather", input: { city: "Oslo" } },
  ];

  const { toolResults, toolCalls } = await vaultTools(policy, tools, (run) =>
    generateText({ model: playing({ calls }), tools: run, prompt, toolsContext: { charge: { shop: "s" } } }),
  );
  for (const call of toolCalls) {
    if (call.dynamic || call.toolName !== "charge") continue;
    expectTypeOf(call.input).toEqualTypeOf<{ customer: string; cents: number }>();
  }
  for (const result of toolResults) {
    if (result.dynamic) continue;
    if (result.toolName === "charge")
      expectTypeOf(result.output).toEqualTypeOf<{ id: string } | ToolRefusal>();
    else expectTypeOf(result.output).toEqualTypeOf<{ city: string; isSunny: boolean }>();
  }
  expect(toolResults.map(({ output }) => output)).toEqual([
    { id: "s/ada/5" },
    { city: "Oslo", isSunny: true },
  ]);

  const withoutContext = vaultTools(policy, tools, (run) =>
    // @ts-expect-error the context of a tool is missing
    generateText({ model: playing({ calls }), tools: run, prompt }),
  );
  await withoutContext.catch(() => {});
  // @ts-expect-error a vault tool is no tool before a run makes it one
  await generateText({ model: playing(), tools: { which }, prompt }).catch(() => {});
});
