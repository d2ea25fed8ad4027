import { ConfigError } from "@keybrake/proxy";
import { CommanderError } from "commander";

/** What the process ends with: 1 where running failed, 2 where the usage or the configuration is wrong. */
export type ExitCode = 0 | 1 | 2;

/** One line for stderr, whatever a message is made of. */
export function toSentence(message: string): string {
  const text = message.replace(/^error: /, "").trim();
  return `keybrake: ${text.replace(/\s*\n\s*/g, " ")}\n`;
}

/** Says on stderr why the command ended, and gives the exit code. Commander has spoken for its own errors. */
export function reportFailure(error: unknown): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  writeError(error);
  return error instanceof ConfigError ? 2 : 1;
}

/** Tells of a failure at a call that its caller may not see; the proxy goes on. */
export function reportInternalError(error: unknown, requestId: string | null): void {
  writeError(error, requestId === null ? "internal error: " : `internal error at ${requestId}: `);
}

function writeError(error: unknown, prefix = ""): void {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  process.stderr.write(toSentence(prefix + message));
  if (isDebugging()) process.stderr.write(`${stack}\n`);
}

function isDebugging(): boolean {
  return (process.env.DEBUG ?? "").split(",").includes("keybrake");
}
