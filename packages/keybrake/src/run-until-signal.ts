import type { Proxy as KeybrakeProxy } from "@keybrake/proxy";
import type { Output } from "./output.ts";

// npm and npx pass on a Ctrl+C that the terminal has sent to this process, too: both are one wish.
const SAME_CTRL_C_MS = 200;

/**
 * Listens, and serves until the first SIGINT or SIGTERM; then lets the calls at vendors finish. A second signal
 * ends the process at once.
 *
 * @param onReady told where the proxy listens
 * @throws {ListenError} the port is in use, or may not be had
 */
export async function runUntilSignal(
  proxy: KeybrakeProxy,
  output: Output,
  onReady: (listening: Awaited<ReturnType<KeybrakeProxy["listen"]>>) => void,
): Promise<void> {
  const signalled = untilSignal();
  onReady(await proxy.listen());
  await signalled;
  output.write("Ending as soon as the calls at vendors have finished. Press Ctrl+C again to end at once.", {
    event: "stopping",
  });
  await proxy.close();
}

function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    let firstAt: number | undefined;
    const onSignal = (signal: NodeJS.Signals): void => {
      const isEcho = signal === "SIGINT" && performance.now() - (firstAt ?? 0) < SAME_CTRL_C_MS;
      if (firstAt !== undefined && !isEcho) process.exit(130);
      firstAt ??= performance.now();
      resolve();
    };
    process.on("SIGINT", onSignal);
    process.on("SIGTERM", onSignal);
  });
}
