import { inspect } from "node:util";
import { type IssuePolicy, isToolRefusal, type ToolRefusal } from "@keybrake/core";
import { generateText, isStepCount, streamText, ToolLoopAgent } from "ai";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { scriptedModel } from "../test-support/scripted-model.ts";
import { setupBench, toStripe } from "../test-support/test-bench.ts";
import { getRefusals, stopOnCap, vaultTool, vaultTools } from "./index.ts";

const bench = setupBench();
const prompt = "charge everybody";

const SPENT: ToolRefusal = {
  refusedBy: "keybrake",
  error: "spend_cap_exceeded",
  retryable: false,
  message:
    "Refused: spend_cap_exceeded. The same call will be refused again: do not repeat it, and say that it was refused.",
};

/** A model that never stops charging. */
function greedyModel(): ReturnType<typeof scriptedModel> {
  return scriptedModel(() => ({ calls: [{ tool: "charge" }] }));
}

describe("a model that would charge for ever stops at the cap", () => {
  const stopWhen = [stopOnCap(), isStepCount(50)];

  it("in generateText", async () => {
    const model = greedyModel();
    const result = await vaultTools(
      bench.policy,
      { charge: bench.charge },
      (tools) => generateText({ model, tools, prompt, stopWhen }),
      { client: bench.client },
    );
    expect(getRefusals(result.steps)).toEqual([SPENT]);
    expect(result.steps).toHaveLength(6);
    expect(model.doGenerateCalls).toHaveLength(6);
    expect(bench.chargedCents()).toBe(10_000);
    await bench.untilRevoked();
  });

  it("in streamText", async () => {
    const model = greedyModel();
    const result = await vaultTools(
      bench.policy,
      { charge: bench.charge },
      (tools) => streamText({ model, tools, prompt, stopWhen }),
      { client: bench.client },
    );
    const types: string[] = [];
    for await (const { type } of result.stream) types.push(type);
    expect(types.at(-1)).toBe("finish");
    expect(getRefusals(await result.steps)).toEqual([SPENT]);
    expect(model.doStreamCalls).toHaveLength(6);
    expect(bench.chargedCents()).toBe(10_000);
    await bench.untilRevoked();
  });

  it.each(["generate", "stream"] as const)("in ToolLoopAgent.%s", async (method) => {
    const result = await vaultTools(
      bench.policy,
      { charge: bench.charge },
      async (tools) => {
        const agent = new ToolLoopAgent({ model: greedyModel(), tools, stopWhen });
        return method === "generate" ? agent.generate({ prompt }) : agent.stream({ prompt });
      },
      { client: bench.client },
    );
    expect(getRefusals(await result.steps)).toEqual([SPENT]);
    expect(bench.chargedCents()).toBe(10_000);
    await bench.untilRevoked();
  });

  it("where the tool uses fetch instead of an SDK", async () => {
    const charge = vaultTool({
      inputSchema: z.object({}),
      execute: async (_input, _options, key) => {
        const body = new URLSearchParams({ amount: "2000", currency: "usd" });
        return (await key.fetch("/v1/payment_intents", { method: "POST", body })).status;
      },
    });
    const { steps } = await vaultTools(
      bench.policy,
      { charge },
      (tools) => generateText({ model: greedyModel(), tools, prompt, stopWhen }),
      { client: bench.client },
    );
    expect(getRefusals(steps)).toEqual([SPENT]);
    expect(bench.chargedCents()).toBe(10_000);
  });

  it("where the tool returns whatever it was answered", async () => {
    const charge = vaultTool({
      inputSchema: z.object({}),
      execute: async (_input, _options, key): Promise<unknown> => {
        const body = new URLSearchParams({ amount: "2000", currency: "usd" });
        return (await key.rawFetch("/v1/payment_intents", { method: "POST", body })).json();
      },
    });
    const { steps } = await vaultTools(
      bench.policy,
      { charge },
      (tools) => generateText({ model: greedyModel(), tools, prompt, stopWhen }),
      { client: bench.client },
    );
    expect(getRefusals(steps)).toEqual([SPENT]);
    expect(steps).toHaveLength(6);
  });

  it.each<[string, (error: Error) => unknown]>([
    ["returns an object of its own", (error) => ({ error: error.message })],
    ["returns a text", () => "The payment failed."],
    [
      "throws an error of its own",
      () => {
        throw new Error("order failed");
      },
    ],
  ])("where the tool catches the error and %s", async (_name, answer) => {
    const charge = vaultTool({
      inputSchema: z.object({}),
      execute: (_input, _options, key): Promise<unknown> =>
        toStripe(key)
          .paymentIntents.create({ amount: 2000, currency: "usd" })
          .then(({ id }) => id, answer),
    });
    const run = { model: greedyModel(), prompt, stopWhen };
    const generated = await vaultTools(bench.policy, { charge }, (tools) => generateText({ ...run, tools }), {
      client: bench.client,
    });
    expect(generated.steps).toHaveLength(6);
    expect(getRefusals(generated.steps)).toEqual([SPENT]);

    const streamed = await vaultTools(
      { ...bench.policy, label: `${bench.policy.label}/2` },
      { charge },
      (tools) => streamText({ ...run, model: greedyModel(), tools, onError: () => {} }),
      { client: bench.client },
    );
    expect(getRefusals(await streamed.steps)).toEqual([SPENT]);
    expect(bench.chargedCents()).toBe(20_000);
  });

  it("and at the limit of calls", async () => {
    const { steps } = await vaultTools(
      { ...bench.policy, maxCalls: 3 },
      { charge: bench.charge },
      (tools) => generateText({ model: greedyModel(), tools, prompt, stopWhen }),
      { client: bench.client },
    );
    expect(getRefusals(steps)).toMatchObject([{ error: "call_limit_reached", retryable: false }]);
    expect(bench.chargedCents()).toBe(6000);
  });

  it("where one of many calls at once is refused", async () => {
    const model = scriptedModel(() => ({ calls: Array(8).fill({ tool: "charge" }) }));
    const { steps } = await vaultTools(
      bench.policy,
      { charge: bench.charge },
      (tools) => generateText({ model, tools, prompt, stopWhen }),
      { client: bench.client },
    );
    expect(steps).toHaveLength(1);
    expect(getRefusals(steps)).toEqual([SPENT, SPENT, SPENT]);
    expect(bench.chargedCents()).toBe(10_000);
    await bench.untilRevoked();
  });
});

it("tells the model of the refusal where nothing stops the run, and it can say goodbye", async () => {
  const model = scriptedModel((turn) =>
    turn < 6 ? { calls: [{ tool: "charge" }] } : { says: "The cap is spent." },
  );
  const { text } = await vaultTools(
    bench.policy,
    { charge: bench.charge },
    (tools) => generateText({ model, tools, prompt, stopWhen: isStepCount(50) }),
    { client: bench.client },
  );
  expect(text).toBe("The cap is spent.");
  expect(model.doGenerateCalls.at(-1)?.prompt.at(-1)).toMatchObject({
    role: "tool",
    content: [{ type: "tool-result", toolName: "charge", output: { type: "json", value: SPENT } }],
  });
});

describe("other refusals", () => {
  function runOnce(policy: IssuePolicy, charge: typeof bench.charge = bench.charge) {
    const model = scriptedModel((turn) => (turn === 0 ? { calls: [{ tool: "charge" }] } : { says: "sorry" }));
    const stopWhen = [stopOnCap(), isStepCount(2)];
    return vaultTools(policy, { charge }, (tools) => generateText({ model, tools, prompt, stopWhen }), {
      client: bench.client,
    });
  }

  it("are told as well, in the words of the vendor's SDK too, and end no run", async () => {
    const { steps, text } = await runOnce({ ...bench.policy, allowedEndpoints: ["POST /v1/refunds"] });
    expect(getRefusals(steps)).toMatchObject([{ error: "endpoint_not_allowed", retryable: false }]);
    expect(text).toBe("sorry");
    expect(bench.chargedCents()).toBe(0);
  });

  it("come when the keys of the run are revoked from elsewhere", async () => {
    const charge = vaultTool({
      inputSchema: z.object({}),
      execute: async (_input, _options, key) => {
        await bench.client.revokeKeys({ labelPrefix: bench.policy.label });
        const { id } = await toStripe(key).paymentIntents.create({ amount: 2000, currency: "usd" });
        return { id };
      },
    });
    const { steps } = await runOnce(bench.policy, charge);
    expect(getRefusals(steps)).toMatchObject([{ error: "key_revoked" }]);
  });

  it("come when the key's life is over", async () => {
    const charge = vaultTool({
      inputSchema: z.object({}),
      execute: async (_input, _options, key) => {
        await new Promise((resolve) => key.signal.addEventListener("abort", resolve));
        const { id } = await toStripe(key).paymentIntents.create({ amount: 2000, currency: "usd" });
        return { id };
      },
    });
    const { steps } = await runOnce({ ...bench.policy, expiresIn: "1s" }, charge);
    expect(getRefusals(steps)).toMatchObject([{ error: "key_expired", retryable: false }]);
    expect(bench.chargedCents()).toBe(0);
  });

  it("leave a vendor's own answers and other errors as they are", async () => {
    const charge = vaultTool({
      inputSchema: z.object({}),
      execute: async (_input, _options, key) => {
        const { id } = await toStripe(key).paymentIntents.retrieve("pi_nobody");
        return { id };
      },
    });
    const { steps } = await runOnce(bench.policy, charge);
    expect(getRefusals(steps)).toEqual([]);
    expect(steps[0]?.content).toMatchObject([
      { type: "tool-call" },
      { type: "tool-error", error: { type: "StripeInvalidRequestError" } },
    ]);
  });
});

it("shows no secret to the model, in results or in errors", async () => {
  const fail = vaultTool({
    inputSchema: z.object({}),
    execute: async (_input, _options, key) => {
      throw new Error(`failed with ${key}`, { cause: key });
    },
  });
  const show = vaultTool({
    inputSchema: z.object({}),
    execute: (_input, options, key) => ({ key, options }),
  });
  const script = (turn: number) =>
    turn < 7 ? { calls: [{ tool: "charge" }, { tool: "fail" }, { tool: "show" }] } : { says: "done" };
  const generating = scriptedModel(script);
  const streaming = scriptedModel(script);
  const tools = { charge: bench.charge, fail, show };
  const stopWhen = isStepCount(10);

  const generated = await vaultTools(
    bench.policy,
    tools,
    (run) => generateText({ model: generating, tools: run, prompt, stopWhen }),
    { client: bench.client },
  );
  const streamed = await vaultTools(
    bench.policy,
    tools,
    (run) => streamText({ model: streaming, tools: run, prompt, stopWhen }),
    { client: bench.client },
  );
  const parts: unknown[] = [];
  for await (const part of streamed.stream) parts.push(part);

  const seen = [
    generating.doGenerateCalls,
    streaming.doStreamCalls,
    generated.steps,
    await streamed.steps,
    parts,
  ];
  const shown = JSON.stringify(seen) + inspect(seen, { depth: null, showHidden: true });
  expect(shown).toContain(bench.given[0]?.id);
  expect(getRefusals(generated.steps).some(isToolRefusal)).toBe(true);
  expect(bench.secrets.length).toBeGreaterThan(3);
  for (const secret of bench.secrets) expect(shown).not.toContain(secret);
});
