/** The getters of the AI SDK's stream results from which all their other streams, promises and responses come. */
const STREAMS = new Set<string | symbol>(["stream", "partialOutputStream", "elementStream"]);

/**
 * The same result, and `end` called when its streams are over: read to their end, cancelled, or broken. At once where
 * the result has no streams. The AI SDK itself tells nobody when a consumer stops reading.
 */
export async function holdStreams<Result>(result: Result, end: () => Promise<void>): Promise<Result> {
  let reading = 0;

  function hold<Chunk>(source: ReadableStream<Chunk>): ReadableStream<Chunk> {
    const reader = source.getReader();
    let isOpen = true;
    reading += 1;

    async function release(): Promise<void> {
      if (!isOpen) return;
      isOpen = false;
      reading -= 1;
      if (reading === 0) await end();
    }

    return new ReadableStream<Chunk>(
      {
        async pull(controller) {
          try {
            const { done, value } = await reader.read();
            if (!done) return controller.enqueue(value);
            await release();
            controller.close();
          } catch (error) {
            await release();
            throw error;
          }
        },
        async cancel(reason) {
          // Not after the source: it may be waiting for something that never comes.
          await Promise.all([release(), reader.cancel(reason)]);
        },
      },
      // The default would read one chunk before anybody asks.
      { highWaterMark: 0 },
    );
  }

  if (result instanceof ReadableStream) return hold(result) as Result;
  if (result instanceof Response && result.body) return new Response(hold(result.body), result) as Result;
  if (isStreamResult(result)) {
    return new Proxy(result, {
      get(target, name, receiver) {
        const value: unknown = Reflect.get(target, name, receiver);
        return STREAMS.has(name) && value instanceof ReadableStream ? hold(value) : value;
      },
    });
  }
  await end();
  return result;
}

function isStreamResult(result: unknown): result is object {
  return typeof (result as { consumeStream?: unknown } | null | undefined)?.consumeStream === "function";
}
