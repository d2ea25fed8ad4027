import {
  type AdapterHost,
  type HostAbility,
  type HostRun,
  type MountedHost,
  startStage,
} from "../src/adapter-cases.ts";
import { joinStage } from "../src/remote-work.ts";
import type { Adapter } from "./adapters.ts";

/** The adapter called as a plain function. */
export function inProcessHost(adapter: Adapter, abilities: HostAbility[] = ["stream", "leave"]): AdapterHost {
  return {
    name: "in process",
    abilities,
    async mount(work) {
      const errors: unknown[] = [];
      let departures = 0;
      return {
        start: startBy(
          adapter(work),
          (error) => errors.push(error),
          () => departures++,
        ),
        errors,
        departures: () => departures,
        close: async () => {},
      };
    },
  };
}

/** The same, with its work behind a stage, as a host in another process has it. */
export function stagedHost(adapter: Adapter): AdapterHost {
  return {
    name: "staged",
    abilities: ["stream", "leave"],
    async mount(suiteWork) {
      const stage = await startStage();
      const work = joinStage(stage.url);
      return {
        ...stage.mount(suiteWork),
        start: startBy(adapter(work), work.reportError, work.reportDeparture),
        close: stage.close,
      };
    },
  };
}

function startBy(
  run: ReturnType<Adapter>,
  seeError: (error: unknown) => unknown,
  seeDeparture: () => unknown,
): MountedHost["start"] {
  return (input): HostRun => {
    const caller = new AbortController();
    const chunks: string[] = [];
    const ended = run(input, caller.signal, (chunk) => chunks.push(chunk)).then(
      () => ({ ok: true, text: chunks.join("") }),
      async (error: unknown) => {
        await seeError(error);
        return { ok: false, text: "" };
      },
    );
    return {
      chunks,
      ended,
      leave() {
        seeDeparture();
        caller.abort();
      },
    };
  };
}
