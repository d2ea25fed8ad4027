import { keepProcessFree } from "./timers.ts";
import type { KeyWarning } from "./vault-key.ts";

/** How long streams that nobody reads are held. */
export interface HoldOptions {
  /**
   * Milliseconds without a read after which an unread stream no longer keeps its vault key: a middleware may have
   * dropped it, or the client stopped reading. Default 60,000. Time that the source takes for a chunk doesn't count.
   */
  unreadMs?: number;
}

/**
 * Watches streams on their way out: the same chunks, each one read when it is asked for. `end` is called once none of
 * them is open any more: read to its end, cancelled, or broken. The last stream closes when `end` has settled.
 *
 * `end` is also called, with a warning, when nobody has read for `unreadMs`, counted from this call on. Streams that are
 * read later go on.
 *
 * @example
 * const hold = holdStreams(scope.end);
 * return new Response(hold(body));
 */
export function holdStreams(
  end: (warning?: KeyWarning) => Promise<void>,
  { unreadMs = 60_000 }: HoldOptions = {},
): <Chunk>(source: ReadableStream<Chunk>) => ReadableStream<Chunk> {
  let openStreams = 0;
  let waitingReads = 0;
  let lastReadAt = Date.now();
  let timer: ReturnType<typeof setTimeout> | undefined;

  /** One timer for all reads: a timer for each would cost more than the read. */
  function watchReads(ms: number): void {
    timer = setTimeout(() => {
      const leftMs = waitingReads > 0 ? unreadMs : lastReadAt + unreadMs - Date.now();
      if (leftMs > 0) return watchReads(leftMs);
      end(toWarning(unreadMs)).catch((error: unknown) =>
        console.warn("keybrake: the end of a stream failed", error),
      );
    }, ms);
    keepProcessFree(timer);
  }

  watchReads(unreadMs);
  return (source) => {
    const reader = source.getReader();
    let isOpen = true;
    openStreams += 1;
    lastReadAt = Date.now();
    if (timer === undefined) watchReads(unreadMs);

    async function release(): Promise<void> {
      if (!isOpen) return;
      isOpen = false;
      openStreams -= 1;
      if (openStreams > 0) return;
      clearTimeout(timer);
      timer = undefined;
      await end();
    }

    return new ReadableStream(
      {
        async pull(controller) {
          waitingReads += 1;
          try {
            const { done, value } = await reader.read();
            if (!done) return controller.enqueue(value);
          } catch (error) {
            await release();
            throw error;
          } finally {
            waitingReads -= 1;
            lastReadAt = Date.now();
          }
          await release();
          controller.close();
        },
        async cancel(reason) {
          // Not only after the source has answered: it may be waiting for something that never comes.
          await Promise.all([release(), reader.cancel(reason)]);
        },
      },
      // The default would read one chunk before anybody asks.
      { highWaterMark: 0 },
    );
  };
}

function toWarning(unreadMs: number): KeyWarning {
  return {
    code: "unread_body",
    message: `Nobody read the response for ${unreadMs} ms, so its vault key is revoked. If a middleware replaces the response, let it cancel the body.`,
  };
}
