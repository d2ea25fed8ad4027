import type { ToolRefusal } from "@keybrake/core";
import type { AdapterHost, AdapterWork, HostRun } from "@keybrake/testing/adapter-cases";
import { generateText, isStepCount, type StreamTextResult, streamText, type Tool, ToolLoopAgent } from "ai";
import { z } from "zod";
import { vaultTool, vaultTools } from "../src/index.ts";
import { scriptedModel } from "./scripted-model.ts";

type Tools = { work: Tool<Record<string, never>, string | ToolRefusal> };
type StreamResult = Pick<StreamTextResult<Tools, Record<string, unknown>, never>, "stream">;

/** The host's own error path: tools that failed. */
type OnError = (error: unknown) => void;

/** Settings of a run whose model calls the handler, as a tool, and then says goodbye. */
function toSettings(tools: Tools) {
  return {
    model: scriptedModel((turn) => (turn === 0 ? { calls: [{ tool: "work" }] } : { says: "bye" })),
    tools,
    stopWhen: isStepCount(2),
  };
}

function withWork<Result>(
  { policy, handler, client, onRevokeError }: AdapterWork,
  input: string,
  use: (tools: Tools) => Result,
): Promise<Awaited<Result>> {
  const work = vaultTool({
    inputSchema: z.object({}),
    async *execute(_input, _options, key) {
      const answer = await handler(key, input);
      if (typeof answer === "string") yield answer;
      else yield* answer;
    },
  });
  return vaultTools(() => policy(input), { work }, use, { client, onRevokeError });
}

const generateHost = toHost("generateText", [], (work, input, onError) => {
  async function run(): Promise<string> {
    const { steps } = await withWork(work, input, (tools) =>
      generateText({ ...toSettings(tools), prompt: "work" }),
    );
    for (const part of steps.flatMap(({ content }) => content)) {
      if (part.type === "tool-error") onError(part.error);
    }
    return steps.flatMap(({ toolResults }) => toolResults.map(({ output }) => toText(output))).join("");
  }

  return { chunks: [], text: run(), leave: () => {} };
});

/** Runs that are read part by part; to leave is to stop reading. */
function streamHost(
  name: string,
  run: (tools: Tools) => StreamResult | PromiseLike<StreamResult>,
): AdapterHost {
  return toHost(name, ["stream", "leave"], (work, input, onError) => {
    const chunks: string[] = [];
    const reading = withWork(work, input, run).then(({ stream }) => stream.getReader());

    async function read(): Promise<string> {
      const reader = await reading;
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return chunks.join("");
        if (value.type === "tool-result" && value.preliminary) chunks.push(toText(value.output));
        if (value.type === "tool-error") onError(value.error);
      }
    }

    return { chunks, text: read(), leave: () => reading.then((reader) => reader.cancel()) };
  });
}

function toHost(
  name: string,
  abilities: AdapterHost["abilities"],
  start: (
    work: AdapterWork,
    input: string,
    onError: OnError,
  ) => Pick<HostRun, "chunks"> & { text: Promise<string>; leave: () => unknown },
): AdapterHost {
  return {
    name,
    abilities,
    async mount(work) {
      const errors: unknown[] = [];
      let departures = 0;
      return {
        errors,
        departures: () => departures,
        async close() {},
        start(input) {
          let ok = true;
          const { chunks, text, leave } = start(work, input, (error) => {
            ok = false;
            errors.push(error);
          });
          return {
            chunks,
            ended: text.then(
              (answer) => ({ ok, text: answer }),
              () => ({ ok: false, text: chunks.join("") }),
            ),
            leave() {
              leave();
              departures += 1;
            },
          };
        },
      };
    },
  };
}

function toText(output: unknown): string {
  return typeof output === "string" ? output : JSON.stringify(output);
}

/** The ways to run an agent with the AI SDK, as the suite of adapters mounts them. */
export const hosts: readonly AdapterHost[] = [
  generateHost,
  streamHost("streamText", (tools) => streamText({ ...toSettings(tools), prompt: "work" })),
  streamHost("ToolLoopAgent", (tools) => new ToolLoopAgent(toSettings(tools)).stream({ prompt: "work" })),
];
