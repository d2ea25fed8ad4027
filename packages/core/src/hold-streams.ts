/**
 * Watches streams on their way out: the same chunks, each one read when it is asked for. `end` is called once none of
 * them is open any more: read to its end, cancelled, or broken. The last stream closes when `end` has settled. A
 * stream that nobody reads or cancels stays open.
 *
 * @example
 * const hold = holdStreams(() => scope.end());
 * return new Response(hold(body));
 */
export function holdStreams(
  end: () => Promise<void>,
): <Chunk>(source: ReadableStream<Chunk>) => ReadableStream<Chunk> {
  let openStreams = 0;

  return (source) => {
    const reader = source.getReader();
    let isOpen = true;
    openStreams += 1;

    async function release(): Promise<void> {
      if (!isOpen) return;
      isOpen = false;
      openStreams -= 1;
      if (openStreams === 0) await end();
    }

    return new ReadableStream(
      {
        async pull(controller) {
          try {
            const { done, value } = await reader.read();
            if (!done) return controller.enqueue(value);
          } catch (error) {
            await release();
            throw error;
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
