#!/usr/bin/env node
import { Command } from "commander";
import packageJson from "../package.json" with { type: "json" };
import { addBackupCommand } from "./commands/backup.ts";
import { addCrashTestCommand } from "./commands/crash-test.ts";
import { addDevCommand } from "./commands/dev.ts";
import { addServeCommand } from "./commands/serve.ts";
import { reportFailure, toSentence } from "./failure.ts";

const program = new Command("keybrake")
  .description("Runs the Keybrake proxy: short-lived, capped keys for the paid APIs that your agents call.")
  .version(packageJson.version, "-V, --version", "print the version")
  .helpOption("-h, --help", "print help")
  .helpCommand("help [command]", "print help for a command")
  .exitOverride()
  .configureOutput({ outputError: (message, write) => write(toSentence(message)) })
  .addHelpText(
    "after",
    `
Examples:
  keybrake dev                          try it: the proxy in front of a sandbox Stripe
  keybrake serve --config prod.json     run the proxy with your own vendors
  keybrake backup copy.db               copy the ledger while the proxy runs
  keybrake crash-test --self            see what holds when a proxy is attacked
  keybrake help serve                   what a command takes`,
  )
  .addHelpText(
    "afterAll",
    `
Exit codes:
  0    ended as asked
  1    failed while running, such as a port in use; a promise that crash-test broke
  2    wrong usage or configuration
  130  ended at once by a second signal

DEBUG=keybrake shows where a failure came from.`,
  );

addDevCommand(program);
addServeCommand(program);
addBackupCommand(program);
addCrashTestCommand(program);

// Whoever reads the output may leave early (`keybrake dev | head`); calls under way must not end with them.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = reportFailure(error);
}
