import { Readable } from "node:stream";
import type { IssuePolicy, VaultKey } from "@keybrake/core";
import { setupKeybrake } from "@keybrake/testing/vitest";
import { Controller, Get, type MessageEvent, Sse, StreamableFile } from "@nestjs/common";
import { finalize, Observable, Subject } from "rxjs";
import { describe, expect, it, vi } from "vitest";
import { createGate } from "../test-support/gate.ts";
import { platforms } from "../test-support/platforms.ts";
import { startNest } from "../test-support/start-nest.ts";
import { InjectVaultKey, UseVaultKey } from "./index.ts";

const keybrake = setupKeybrake();
const policy: IssuePolicy = { label: "agent/7", vendor: "stripe", uncapped: true };

const revoked = (count: number): Promise<unknown> =>
  vi.waitFor(() => expect(keybrake.revoked).toHaveLength(count), { timeout: 5_000 });

/** Reads an answer piece by piece. */
function readerOf(answer: Response): ReadableStreamDefaultReader<string> {
  if (!answer.body) throw new Error("the answer has no body");
  return answer.body.pipeThrough(new TextDecoderStream()).getReader();
}

/** Says one word, waits to be told, and then says whether the key still works. */
async function* speak(key: VaultKey, goOn: Promise<unknown>): AsyncGenerator<string> {
  yield "first ";
  await goOn;
  yield String((await key.fetch("/v1/charges")).ok);
}

describe.each(platforms)("streamed answers, $name", (platform) => {
  it.each(["file", "generator", "response"])("keeps the key to the last chunk: %s", async (kind) => {
    keybrake.vendor("stripe", () => Response.json({}));
    const goOn = createGate();
    @Controller()
    @UseVaultKey(policy)
    class Streams {
      @Get("file")
      file(@InjectVaultKey() key: VaultKey): StreamableFile {
        return new StreamableFile(Readable.from(speak(key, goOn.opened), { objectMode: false }));
      }

      @Get("generator")
      generator(@InjectVaultKey() key: VaultKey): AsyncIterable<string> {
        return speak(key, goOn.opened);
      }

      @Get("response")
      response(@InjectVaultKey() key: VaultKey): Response {
        return new Response(
          ReadableStream.from(speak(key, goOn.opened)).pipeThrough(new TextEncoderStream()),
        );
      }
    }
    const { call } = await startNest(platform, { controllers: [Streams] });
    const reader = readerOf(await call(`/${kind}`));
    expect(await reader.read()).toEqual({ done: false, value: "first " });
    expect(keybrake.revoked).toEqual([]);
    goOn.open();
    expect(await reader.read()).toEqual({ done: false, value: "true" });
    expect(await reader.read()).toMatchObject({ done: true });
    await revoked(1);
  });

  it("revokes when the caller leaves half-way through a file, and lets go of it", async () => {
    const source = new Readable({ read() {} });
    source.push("first ");
    @Controller()
    class Streams {
      @Get()
      @UseVaultKey(policy)
      file(): StreamableFile {
        return new StreamableFile(source);
      }
    }
    const { call } = await startNest(platform, { controllers: [Streams] });
    const caller = new AbortController();
    const reader = readerOf(await call("/", { signal: caller.signal }));
    expect(await reader.read()).toMatchObject({ value: "first " });
    caller.abort();
    await revoked(1);
    await vi.waitFor(() => expect(source.destroyed).toBe(true));
  });

  it("keeps the key through server-sent events, until they end", async () => {
    const events = new Subject<MessageEvent>();
    @Controller()
    class Streams {
      @Sse()
      @UseVaultKey(policy)
      events(): Observable<MessageEvent> {
        return events;
      }
    }
    const { call } = await startNest(platform, { controllers: [Streams] });
    const reader = readerOf(await call("/"));
    await vi.waitFor(() => expect(events.observed).toBe(true));
    events.next({ data: "one" });
    await vi.waitFor(async () => expect((await reader.read()).value).toContain("data: one"));
    expect(keybrake.revoked).toEqual([]);
    events.complete();
    await revoked(1);
  });

  it("keeps the key through server-sent events, until the caller leaves", async () => {
    const left = vi.fn();
    @Controller()
    class Streams {
      @Sse()
      @UseVaultKey(policy)
      events(@InjectVaultKey() key: VaultKey): Observable<MessageEvent> {
        return new Observable<MessageEvent>((subscriber) => subscriber.next({ data: key.id })).pipe(
          finalize(left),
        );
      }
    }
    const { call } = await startNest(platform, { controllers: [Streams] });
    const caller = new AbortController();
    const reader = readerOf(await call("/", { signal: caller.signal }));
    await vi.waitFor(async () => expect((await reader.read()).value).toContain("data: key_"));
    expect(keybrake.revoked).toEqual([]);
    caller.abort();
    await revoked(1);
    await vi.waitFor(() => expect(left).toHaveBeenCalledTimes(1));
  });

  it("says in an event that no key could be had for server-sent events", async () => {
    keybrake.goDown();
    const ran = vi.fn();
    @Controller()
    class Streams {
      @Sse()
      @UseVaultKey(policy)
      events(): Observable<MessageEvent> {
        ran();
        return new Observable();
      }
    }
    const { call } = await startNest(platform, { controllers: [Streams] });
    const answer = await call("/");
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain("event: error");
    expect(ran).not.toHaveBeenCalled();
  });

  it("revokes where a stream breaks off", async () => {
    @Controller()
    class Streams {
      @Get()
      @UseVaultKey(policy)
      async *broken(): AsyncGenerator<string> {
        yield "half";
        throw new Error("broken");
      }
    }
    const { call } = await startNest(platform, { controllers: [Streams] });
    await expect(call("/").then((answer) => answer.text())).rejects.toThrow();
    await revoked(1);
  });

  it("revokes at once when the caller leaves, though the handler goes on", async () => {
    const entered = createGate<VaultKey>();
    const finish = createGate();
    const ended = vi.fn();
    @Controller()
    class Slow {
      @Get()
      @UseVaultKey(policy)
      async slow(@InjectVaultKey() key: VaultKey): Promise<void> {
        entered.open(key);
        await finish.opened;
        ended(key.signal.aborted);
      }
    }
    const { call } = await startNest(platform, { controllers: [Slow] });
    const caller = new AbortController();
    const answer = call("/", { signal: caller.signal }).catch(() => "left");
    await entered.opened;
    caller.abort();
    expect(await answer).toBe("left");
    await revoked(1);
    finish.open();
    await vi.waitFor(() => expect(ended).toHaveBeenCalledWith(true));
  });
});
