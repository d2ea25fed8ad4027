import { setImmediate } from "node:timers/promises";
import { expect, it, onTestFinished, vi } from "vitest";
import { runUntilSignal } from "./run-until-signal.ts";

/** A run whose calls never end, with the exit codes it asked for. */
async function start(): Promise<{ exits: unknown[] }> {
  vi.useFakeTimers({ toFake: ["performance"] });
  const exits: unknown[] = [];
  const exit = vi.spyOn(process, "exit").mockImplementation((code) => exits.push(code) as never);
  const on = vi.spyOn(process, "on");
  onTestFinished(() => {
    for (const [name, listener] of on.mock.calls) process.off(name, listener);
    exit.mockRestore();
    on.mockRestore();
    vi.useRealTimers();
  });
  const proxy = {
    listen: async () => ({ url: "http://127.0.0.1:1", vendors: {} }),
    close: () => new Promise<void>(() => {}),
  };
  void runUntilSignal(proxy, { write: () => {}, writeCall: () => {} }, () => {});
  await setImmediate();
  return { exits };
}

it("takes the echo that npm makes of a Ctrl+C for the same wish", async () => {
  const { exits } = await start();
  process.emit("SIGINT", "SIGINT");
  vi.advanceTimersByTime(5);
  process.emit("SIGINT", "SIGINT");
  expect(exits).toEqual([]);
  vi.advanceTimersByTime(1000);
  process.emit("SIGINT", "SIGINT");
  expect(exits).toEqual([130]);
});

it("ends at once on a second SIGTERM, however soon it comes", async () => {
  const { exits } = await start();
  process.emit("SIGTERM", "SIGTERM");
  expect(exits).toEqual([]);
  process.emit("SIGTERM", "SIGTERM");
  expect(exits).toEqual([130]);
});
