import { afterEach, describe, expect, it, vi } from "vitest";
import { holdStreams, type KeyWarning } from "./index.ts";

/** A stream that is written to by hand, and tells whether it was asked or cancelled. */
function createSource() {
  const seen = { pulls: 0, cancelledWith: undefined as unknown };
  let controller!: ReadableStreamDefaultController<string>;
  const stream = new ReadableStream<string>(
    {
      start(given) {
        controller = given;
      },
      pull() {
        seen.pulls += 1;
      },
      cancel(reason) {
        seen.cancelledWith = reason;
      },
    },
    { highWaterMark: 0 },
  );
  return { stream, seen, controller };
}

function createHold() {
  const ends = { count: 0 };
  const hold = holdStreams(async () => {
    ends.count += 1;
  });
  return { hold, ends };
}

afterEach(() => {
  vi.useRealTimers();
});

describe("holdStreams", () => {
  it("passes on every chunk, and ends after the last", async () => {
    const { stream, controller } = createSource();
    const { hold, ends } = createHold();
    const reader = hold(stream).getReader();
    controller.enqueue("one");
    expect(await reader.read()).toEqual({ done: false, value: "one" });
    expect(ends.count).toBe(0);
    controller.close();
    expect((await reader.read()).done).toBe(true);
    expect(ends.count).toBe(1);
  });

  it("closes when the end has settled", async () => {
    let settle = (): void => {};
    const { stream, controller } = createSource();
    const reader = holdStreams(() => new Promise((resolve) => (settle = resolve)))(stream).getReader();
    let isClosed = false;
    controller.close();
    const closing = reader.read().then(() => {
      isClosed = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(isClosed).toBe(false);
    settle();
    await closing;
    expect(isClosed).toBe(true);
  });

  it("asks the source for nothing before it is asked itself", async () => {
    const { stream, seen, controller } = createSource();
    const held = createHold().hold(stream);
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(seen.pulls).toBe(0);
    const reading = held.getReader().read();
    controller.enqueue("one");
    await reading;
    expect(seen.pulls).toBe(1);
  });

  it("ends and cancels the source when the reader cancels, also while a read waits", async () => {
    const { stream, seen } = createSource();
    const { hold, ends } = createHold();
    const reader = hold(stream).getReader();
    const waiting = reader.read();
    await reader.cancel("enough");
    expect((await waiting).done).toBe(true);
    expect([seen.cancelledWith, ends.count]).toEqual(["enough", 1]);
  });

  it("ends when a loop breaks out", async () => {
    const { stream, controller } = createSource();
    const { hold, ends } = createHold();
    controller.enqueue("one");
    for await (const _chunk of hold(stream)) break;
    expect(ends.count).toBe(1);
  });

  it("ends where the source never answers a cancellation", async () => {
    const { hold, ends } = createHold();
    const source = new ReadableStream({ cancel: () => new Promise<void>(() => {}) });
    void hold(source).cancel();
    await Promise.resolve();
    expect(ends.count).toBe(1);
  });

  it("ends when the source breaks, and hands on the very error", async () => {
    const mishap = new Error("reset");
    const { stream, controller } = createSource();
    const { hold, ends } = createHold();
    const reader = hold(stream).getReader();
    controller.error(mishap);
    await expect(reader.read()).rejects.toBe(mishap);
    expect(ends.count).toBe(1);
  });

  it("ends with a warning when nobody has read for a while, and goes on for those who read later", async () => {
    vi.useFakeTimers();
    const { stream, controller } = createSource();
    const warnings: (KeyWarning | undefined)[] = [];
    const held = holdStreams(async (warning) => void warnings.push(warning))(stream);
    const reader = held.getReader();
    controller.enqueue("one");
    await vi.advanceTimersByTimeAsync(59_000);
    await reader.read();
    await vi.advanceTimersByTimeAsync(59_000);
    expect(warnings).toEqual([]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(warnings).toMatchObject([{ code: "unread_body" }]);
    controller.enqueue("two");
    expect(await reader.read()).toEqual({ done: false, value: "two" });
    expect(vi.getTimerCount()).toBe(0);
  });

  it("waits for a slow source while a reader waits for a chunk", async () => {
    vi.useFakeTimers();
    const { stream, controller } = createSource();
    const { hold, ends } = createHold();
    const other = hold(createSource().stream);
    const reading = hold(stream).getReader().read();
    await vi.advanceTimersByTimeAsync(3_600_000);
    controller.enqueue("at last");
    expect((await reading).value).toBe("at last");
    expect(ends.count).toBe(0);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(ends.count).toBe(1);
    await other.cancel();
  });

  it("ends with a warning when nobody even asks for a stream", async () => {
    vi.useFakeTimers();
    const { ends } = createHold();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(ends.count).toBe(1);
  });

  it("waits for as long as it is told, and not at all after the end", async () => {
    vi.useFakeTimers();
    const { stream, controller } = createSource();
    const ends: (KeyWarning | undefined)[] = [];
    const held = holdStreams(async (warning) => void ends.push(warning), { unreadMs: 5 })(stream);
    controller.close();
    await held.getReader().read();
    expect(vi.getTimerCount()).toBe(0);
    await vi.advanceTimersByTimeAsync(5);
    expect(ends).toEqual([undefined]);
  });

  it("ends with the last of several streams", async () => {
    const [one, two] = [createSource(), createSource()];
    const { hold, ends } = createHold();
    const [first, second] = [hold(one.stream), hold(two.stream)];
    await first.cancel();
    await first.cancel();
    expect(ends.count).toBe(0);
    two.controller.close();
    expect((await second.getReader().read()).done).toBe(true);
    expect(ends.count).toBe(1);
  });
});
