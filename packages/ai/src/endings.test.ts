import {
  createAgentUIStreamResponse,
  createUIMessageStreamResponse,
  generateText,
  isStepCount,
  streamText,
  ToolLoopAgent,
  toUIMessageStream,
} from "ai";
import { describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { providerError, scriptedModel, type Turn } from "../test-support/scripted-model.ts";
import { setupBench, toStripe } from "../test-support/test-bench.ts";
import { vaultTool, vaultTools } from "./index.ts";

const bench = setupBench();

/** A model that charges once, and then comes to the given end. */
function chargeThen(end: Turn): ReturnType<typeof scriptedModel> {
  return scriptedModel((turn) => (turn === 0 ? { calls: [{ tool: "charge" }] } : end));
}

const prompt = "charge";
const stopWhen = isStepCount(5);

/** A tool that charges, stays until it is let go, and then charges again. */
function createSlowCharge() {
  let enter = (): void => {};
  let finish = (): void => {};
  let settle = (_outcome: string): void => {};
  const entered = new Promise<void>((resolve) => (enter = resolve));
  const finished = new Promise<void>((resolve) => (finish = resolve));
  const secondCharge = new Promise<string>((resolve) => (settle = resolve));
  const charge = vaultTool({
    inputSchema: z.object({}),
    execute: async (_input, _options, key) => {
      const create = () => toStripe(key).paymentIntents.create({ amount: 2000, currency: "usd" });
      await create();
      enter();
      await finished;
      await create().then(
        () => settle("charged"),
        (error) => settle(error.code),
      );
    },
  });
  return { charge, entered, finish, secondCharge };
}

async function readAll(stream: ReadableStream): Promise<void> {
  for await (const _part of stream);
}

describe("generateText", () => {
  function run(end: Turn, abortSignal?: AbortSignal) {
    return vaultTools(
      bench.policy,
      { charge: bench.charge },
      (tools) =>
        generateText({
          model: chargeThen(end),
          tools,
          prompt,
          stopWhen,
          maxRetries: 0,
          ...(abortSignal && { abortSignal }),
        }),
      { client: bench.client },
    );
  }

  it("has revoked the key when it resolves", async () => {
    const { text } = await run({ says: "done" });
    expect(text).toBe("done");
    expect(await bench.keys()).toMatchObject([{ status: "revoked" }]);
    expect(bench.chargedCents()).toBe(2000);
  });

  it("has revoked the key when the model rejects, and hands on its error", async () => {
    await expect(run({ fails: "rejects" })).rejects.toBe(providerError);
    expect(await bench.keys()).toMatchObject([{ status: "revoked" }]);
  });

  it("has revoked the key when it is aborted while the model thinks", async () => {
    const caller = new AbortController();
    const running = run({ fails: "hangs" }, caller.signal);
    await expect.poll(() => bench.chargedCents()).toBe(2000);
    caller.abort();
    await expect(running).rejects.toMatchObject({ name: "AbortError" });
    expect(await bench.keys()).toMatchObject([{ status: "revoked" }]);
  });

  it("lets a tool end its work when it is aborted meanwhile, and then has revoked the key", async () => {
    const { charge, entered, finish } = createSlowCharge();
    const caller = new AbortController();
    const running = vaultTools(
      bench.policy,
      { charge },
      (tools) =>
        generateText({
          model: chargeThen({ says: "done" }),
          tools,
          prompt,
          stopWhen,
          abortSignal: caller.signal,
        }),
      { client: bench.client },
    );
    await entered;
    caller.abort();
    finish();
    await expect(running).rejects.toMatchObject({ name: "AbortError" });
    expect(await bench.keys()).toMatchObject([{ status: "revoked" }]);
    expect(bench.chargedCents()).toBe(4000);
  });
});

describe("streamText", () => {
  function run(end: Turn, abortSignal?: AbortSignal) {
    return vaultTools(
      bench.policy,
      { charge: bench.charge },
      (tools) =>
        streamText({
          model: chargeThen(end),
          tools,
          prompt,
          stopWhen,
          maxRetries: 0,
          onError: () => {},
          ...(abortSignal && { abortSignal }),
        }),
      { client: bench.client },
    );
  }

  it("has revoked the key when the stream was read to its end", async () => {
    const { textStream } = await run({ says: "done" });
    let text = "";
    for await (const part of textStream) text += part;
    expect(text).toBe("done");
    expect(await bench.keys()).toMatchObject([{ status: "revoked" }]);
    expect(bench.chargedCents()).toBe(2000);
  });

  const doors: [string, (result: Awaited<ReturnType<typeof run>>) => PromiseLike<unknown>][] = [
    ["stream", ({ stream }) => readAll(stream)],
    ["fullStream", ({ fullStream }) => readAll(fullStream)],
    ["partialOutputStream", ({ partialOutputStream }) => readAll(partialOutputStream)],
    ["text", ({ text }) => text],
    ["steps", ({ steps }) => steps],
    ["consumeStream", (result) => result.consumeStream()],
    ["toUIMessageStream", (result) => readAll(result.toUIMessageStream())],
    ["toUIMessageStreamResponse", (result) => result.toUIMessageStreamResponse().text()],
    ["toTextStreamResponse", (result) => result.toTextStreamResponse().text()],
  ];
  it.each(doors)("revokes whichever way its result is read: %s", async (_name, read) => {
    await read(await run({ says: "done" }));
    await bench.untilRevoked();
    expect(bench.chargedCents()).toBe(2000);
  });

  it("revokes when the provider rejects", async () => {
    const { stream } = await run({ fails: "rejects" });
    const errors: unknown[] = [];
    for await (const part of stream) if (part.type === "error") errors.push(part.error);
    expect(errors).toEqual([providerError]);
    await bench.untilRevoked();
  });

  it("revokes after an error part of the provider", async () => {
    const result = await run({ fails: "says error" });
    await result.consumeStream();
    await bench.untilRevoked();
  });

  it("revokes when the provider's stream breaks, and the reader gets the error", async () => {
    const { stream } = await run({ fails: "breaks" });
    await expect(readAll(stream)).rejects.toBe(providerError);
    await bench.untilRevoked();
  });

  it("revokes when it is aborted while the model thinks", async () => {
    const caller = new AbortController();
    const { stream } = await run({ fails: "hangs" }, caller.signal);
    const types: string[] = [];
    for await (const part of stream) {
      types.push(part.type);
      if (part.type === "text-delta") caller.abort();
    }
    expect(types.at(-1)).toBe("abort");
    await bench.untilRevoked();
  });

  it("revokes when it is aborted while a tool runs, for that tool too", async () => {
    const { charge, entered, finish, secondCharge } = createSlowCharge();
    const caller = new AbortController();
    const { stream } = await vaultTools(
      bench.policy,
      { charge },
      (tools) =>
        streamText({
          model: chargeThen({ says: "done" }),
          tools,
          prompt,
          stopWhen,
          abortSignal: caller.signal,
        }),
      { client: bench.client },
    );
    void entered.then(() => caller.abort());
    await readAll(stream);
    await bench.untilRevoked();
    finish();
    expect(await secondCharge).toBe("key_revoked");
    expect(bench.chargedCents()).toBe(2000);
  });

  it("revokes when the reader breaks out of its loop", async () => {
    const { stream } = await run({ fails: "hangs" });
    for await (const part of stream) if (part.type === "text-delta") break;
    await bench.untilRevoked();
  });

  it("revokes when the reader breaks out while a tool runs, for that tool too", async () => {
    const { charge, entered, finish, secondCharge } = createSlowCharge();
    const { stream } = await vaultTools(
      bench.policy,
      { charge },
      (tools) => streamText({ model: chargeThen({ says: "done" }), tools, prompt, stopWhen }),
      { client: bench.client },
    );
    const reader = stream.getReader();
    const reading = (async () => {
      while (!(await reader.read()).done);
    })();
    await entered;
    await reader.cancel();
    await reading;
    await bench.untilRevoked();
    finish();
    expect(await secondCharge).toBe("key_revoked");
    expect(bench.chargedCents()).toBe(2000);
  });

  it("revokes when the body of a response made of it is cancelled", async () => {
    const { stream } = await run({ fails: "hangs" });
    const response = createUIMessageStreamResponse({ stream: toUIMessageStream({ stream }) });
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    for (let text = ""; !text.includes("text-delta"); ) text += (await reader?.read())?.value;
    await reader?.cancel();
    await bench.untilRevoked();
  });

  it("goes on while anybody still reads", async () => {
    const { charge, entered, finish } = createSlowCharge();
    const result = await vaultTools(
      bench.policy,
      { charge },
      (tools) => streamText({ model: chargeThen({ says: "done" }), tools, prompt, stopWhen }),
      { client: bench.client },
    );
    const background = result.consumeStream();
    const client = result.textStream.getReader();
    await entered;
    await client.cancel();
    finish();
    await background;
    expect(await result.text).toBe("done");
    expect(bench.chargedCents()).toBe(4000);
    await bench.untilRevoked();
  });

  it("revokes and warns when nobody reads, also when the key is kept alive", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    await vaultTools(
      { ...bench.policy, keepAlive: true },
      { charge: bench.charge },
      (tools) => streamText({ model: chargeThen({ says: "done" }), tools, prompt, stopWhen }),
      { client: bench.client, unreadMs: 500 },
    );
    await bench.untilRevoked();
    expect(warn).toHaveBeenCalledWith(expect.stringContaining("Nobody read the response"));
    warn.mockRestore();
  });
});

describe("ToolLoopAgent", () => {
  it("has revoked the key when generate resolves", async () => {
    const { text } = await vaultTools(
      bench.policy,
      { charge: bench.charge },
      (tools) => new ToolLoopAgent({ model: chargeThen({ says: "done" }), tools }).generate({ prompt }),
      { client: bench.client },
    );
    expect(text).toBe("done");
    expect(await bench.keys()).toMatchObject([{ status: "revoked" }]);
  });

  it("revokes when the reader of stream breaks out of its loop", async () => {
    const { textStream } = await vaultTools(
      bench.policy,
      { charge: bench.charge },
      (tools) => new ToolLoopAgent({ model: chargeThen({ fails: "hangs" }), tools }).stream({ prompt }),
      { client: bench.client },
    );
    for await (const _text of textStream) break;
    await bench.untilRevoked();
  });
});

describe("a ReadableStream as the result", () => {
  function run(end: Turn) {
    return vaultTools(
      bench.policy,
      { charge: bench.charge },
      (tools) =>
        toUIMessageStream({ stream: streamText({ model: chargeThen(end), tools, prompt, stopWhen }).stream }),
      { client: bench.client },
    );
  }

  it("keeps the key until it is read", async () => {
    const types: string[] = [];
    for await (const { type } of await run({ says: "done" })) types.push(type);
    expect(types.at(-1)).toBe("finish");
    expect(types).not.toContain("tool-output-error");
    expect(bench.chargedCents()).toBe(2000);
    await bench.untilRevoked();
  });

  it("revokes when it is cancelled", async () => {
    const reader = (await run({ fails: "hangs" })).getReader();
    for (let type = ""; type !== "text-delta"; ) type = (await reader.read()).value?.type ?? "";
    await reader.cancel();
    await bench.untilRevoked();
  });
});

describe("a Response as the result", () => {
  const uiMessages = [{ id: "1", role: "user" as const, parts: [{ type: "text" as const, text: "charge" }] }];

  function respond(end: Turn) {
    return vaultTools(
      bench.policy,
      { charge: bench.charge },
      (tools) =>
        createAgentUIStreamResponse({
          agent: new ToolLoopAgent({ model: chargeThen(end), tools }),
          uiMessages,
        }),
      { client: bench.client },
    );
  }

  it("keeps the key until its body is read", async () => {
    const response = await respond({ says: "done" });
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    expect(await response.text()).toContain("done");
    expect(bench.chargedCents()).toBe(2000);
    await bench.untilRevoked();
  });

  it("revokes when its body is cancelled", async () => {
    const response = await respond({ fails: "hangs" });
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    for (let text = ""; !text.includes("text-delta"); ) text += (await reader?.read())?.value;
    await reader?.cancel();
    await bench.untilRevoked();
  });
});
