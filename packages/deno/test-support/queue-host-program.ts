/** The work of the suite behind `listenQueue`, in Deno: each run is a message. */
import { type DenoKv, listenQueue } from "@keybrake/deno";
import { joinStage } from "@keybrake/testing/remote-work";

const kv = await Deno.openKv(":memory:");
const work = joinStage(Deno.env.get("STAGE_URL") ?? "");
const answers = new Map<string, (answer: Response) => void>();

interface Run {
  id: string;
  input: string;
}

/** Deno's own error path prints. This one tells the stage too, and whoever waits for the run. */
const observed: DenoKv = {
  get: (key) => kv.get(key),
  atomic: () => kv.atomic(),
  listenQueue: (handler) =>
    kv.listenQueue(async (run: Run) => {
      try {
        await handler(run);
        answers.get(run.id)?.(new Response("refused", { status: 402 }));
      } catch (error) {
        await work.reportError(error);
        answers.get(run.id)?.(new Response("failed", { status: 500 }));
        throw error;
      }
    }),
};

listenQueue(
  observed,
  ({ input }: Run) => work.policy(input),
  async ({ id, input }, key) => {
    const text = await work.handler(key, input);
    answers.get(id)?.(new Response(String(text)));
  },
  { client: work.client, onRevokeError: work.onRevokeError, onRefused: work.reportError },
);

Deno.serve({ port: 0, hostname: "127.0.0.1" }, (request) => {
  const run = { id: crypto.randomUUID(), input: new URL(request.url).searchParams.get("input") ?? "" };
  return new Promise((answer) => {
    answers.set(run.id, answer);
    // Once is enough: what Deno does with a message that failed is its own.
    void kv.enqueue(run, { backoffSchedule: [] });
  });
});
