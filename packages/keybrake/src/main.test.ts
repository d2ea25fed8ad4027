import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { startCli } from "./testing/start-cli.ts";

describe("wrong usage is one sentence and exit code 2", () => {
  it.each([
    { args: ["serv"], says: "unknown command 'serv' (Did you mean serve?)" },
    { args: ["--jsn"], says: "unknown option '--jsn'" },
    { args: ["serve", "--confg", "x"], says: "unknown option '--confg' (Did you mean --config?)" },
    { args: ["serve", "--config"], says: "option '-c, --config <file>' argument missing" },
    { args: ["serve", "x"], says: "too many arguments for 'serve'. Expected 0 arguments but got 1: x." },
    {
      args: ["dev", "--port", "65536"],
      says: "option '-p, --port <port>' argument '65536' is invalid. It is not a port number.",
    },
    {
      args: ["dev", "--stripe-port", "x"],
      says: "option '--stripe-port <port>' argument 'x' is invalid. It is not a port number.",
    },
    { args: ["backup"], says: "missing required argument 'file'" },
    {
      args: ["crash-test"],
      says: "name the deployment with --api-url or KEYBRAKE_API_URL, or use --self",
    },
    {
      args: ["crash-test", "--api-url", "http://127.0.0.1:1"],
      says: "give a Keybrake token in KEYBRAKE_TOKEN or with --token",
    },
    {
      args: ["crash-test", "--api-url", "https://api.keybrake.com", "--token", "kb"],
      says: "https://api.keybrake.com is not on this machine: attack your own with --allow-remote, and no other",
    },
  ])("keybrake $args", async ({ args, says }) => {
    const cli = startCli(args);
    expect(await cli.exitCode()).toBe(2);
    expect(cli.stderr()).toBe(`keybrake: ${says}\n`);
    expect(cli.stdout()).toBe("");
  });
});

it.each(["--help", "dev --help", "serve --help", "help serve", "backup --help", "crash-test --help"])(
  "helps with examples and exit codes: keybrake %s",
  async (args) => {
    const cli = startCli(args.split(" "));
    expect(await cli.exitCode()).toBe(0);
    expect(cli.stdout()).toMatch(/^Usage: keybrake.*\nExamples:\n {2}keybrake .*\nExit codes:\n {2}0 /s);
    expect(cli.stderr()).toBe("");
  },
);

it("takes no command for wrong usage, and helps", async () => {
  const cli = startCli([]);
  expect(await cli.exitCode()).toBe(2);
  expect(cli.stderr()).toMatch(/^Usage: keybrake/);
});

it("tells its version", async () => {
  const text = await readFile(new URL("../package.json", import.meta.url), "utf8");
  const { version } = JSON.parse(text) as { version: string };
  const cli = startCli(["--version"]);
  expect(await cli.exitCode()).toBe(0);
  expect(cli.stdout()).toBe(`${version}\n`);
});
