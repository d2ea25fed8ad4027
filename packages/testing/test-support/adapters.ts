import type { VaultKey } from "@keybrake/core";
import type { AdapterWork } from "../src/adapter-cases.ts";

/** An adapter in its smallest form: a function of the input, with the caller's signal and a way to send chunks. */
export type Adapter = (
  work: AdapterWork,
) => (input: string, caller: AbortSignal, send: (chunk: string) => void) => Promise<void>;

/** Runs the handler and sends what it answers, until the caller leaves. */
async function handle(
  { handler }: AdapterWork,
  key: VaultKey,
  input: string,
  caller: AbortSignal,
  send: (chunk: string) => void,
): Promise<void> {
  const left = new Promise<void>((resolve) => caller.addEventListener("abort", () => resolve()));
  const work = async (): Promise<void> => {
    const answer = await handler(key, input);
    if (typeof answer === "string") return send(answer);
    for await (const chunk of answer) send(chunk);
  };
  await Promise.race([work(), left]);
}

/** An adapter without a fault. */
export const sound: Adapter = (work) => (input, caller, send) =>
  work.client.withVaultKey(
    async () => work.policy(input),
    async (key) => {
      if (!caller.aborted) await handle(work, key, input, caller, send);
    },
    { onRevokeError: work.onRevokeError },
  );

let shared: VaultKey | undefined;

/** Each of these adapters has one fault, and the case that must find it. */
export const faulty: { fault: string; found: string; adapter: Adapter }[] = [
  {
    fault: "asks for every run with the policy of the first",
    found: "issues one key before the handler runs",
    adapter: (work) => (_input, caller, send) =>
      sound({ ...work, policy: () => work.policy("first") })("alpha", caller, send),
  },
  {
    fault: "revokes when the handler returns, before its chunks are sent",
    found: "keeps the key alive until the last chunk",
    adapter: (work) => async (input, _caller, send) => {
      const answer = await work.client.withVaultKey(
        async () => work.policy(input),
        (key) => work.handler(key, input),
      );
      if (typeof answer === "string") return send(answer);
      for await (const chunk of answer) send(chunk);
    },
  },
  {
    fault: "keeps the key in a place that all runs share",
    found: "never mixes up the keys",
    adapter: (work) => (input, caller, send) =>
      work.client.withVaultKey(
        async () => work.policy(input),
        async (key) => {
          shared = key;
          await new Promise((resolve) => setTimeout(resolve));
          await handle(work, shared, input, caller, send);
        },
      ),
  },
  {
    fault: "wraps the handler's error",
    found: "revokes once after a throw",
    adapter: (work) => (input, caller, send) =>
      sound(work)(input, caller, send).catch((cause: unknown) => {
        throw new Error("failed", { cause });
      }),
  },
  {
    fault: "runs the handler with no key",
    found: "never runs the handler when no key can be issued",
    adapter: (work) => (input, caller, send) =>
      sound(work)(input, caller, send).catch(async (error: unknown) => {
        await work.handler({} as VaultKey, input);
        throw error;
      }),
  },
  {
    fault: "fails when the key can't be revoked",
    found: "leaves the result alone when the key can't be revoked",
    adapter: (work) => async (input, caller, send) => {
      const key = await work.client.issue(await work.policy(input));
      try {
        await handle(work, key, input, caller, send);
      } finally {
        await key.revoke();
      }
    },
  },
  {
    fault: "revokes too early",
    found: "revokes once after success, and not before",
    adapter: (work) => async (input, caller, send) => {
      const key = await work.client.issue(await work.policy(input));
      await key.revoke();
      await handle(work, key, input, caller, send);
    },
  },
  {
    fault: "runs the handler for a caller who has left",
    found: "when the caller leaves while the key is issued",
    adapter: (work) => (input, caller, send) =>
      work.client.withVaultKey(
        async () => work.policy(input),
        async (key) => {
          await handle(work, key, input, caller, send);
        },
      ),
  },
  {
    fault: "issues before it asks for the policy",
    found: "issues nothing when the policy throws",
    adapter: (work) => async (input, caller, send) => {
      const key = await work.client.issue({ label: "early", vendor: "stripe", uncapped: true });
      await key.revoke();
      await sound(work)(input, caller, send);
    },
  },
  {
    fault: "prints the token",
    found: "shows the token to nobody",
    adapter: (work) => (input, caller, send) =>
      work.client.withVaultKey(
        async () => work.policy(input),
        async (key) => {
          console.log(`using ${key.token}`);
          await handle(work, key, input, caller, send);
        },
        { onRevokeError: work.onRevokeError },
      ),
  },
];
