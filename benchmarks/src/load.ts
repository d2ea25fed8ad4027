import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { LoadOrder, LoadResult } from "./load-order.ts";
import { forkBeside, toPath } from "./processes.ts";

export interface Load {
  /** @throws if a response has another status than the one that the order names */
  run(order: LoadOrder): Promise<LoadResult>;
  stop(): void;
}

/** Starts the load generator. */
export function startLoad(): Load {
  const child: ChildProcess = forkBeside(toPath("load-generator.ts"));
  return {
    async run(order) {
      child.send(order);
      const [message] = (await once(child, "message")) as [{ result: LoadResult } | { error: string }];
      if ("error" in message) throw new Error(message.error);
      const { failures, firstFailure } = message.result;
      if (failures > 0) throw new Error(`${failures} responses were not ${order.status}: ${firstFailure}`);
      return message.result;
    },
    stop: () => void child.kill(),
  };
}
