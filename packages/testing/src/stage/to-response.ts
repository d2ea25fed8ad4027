/** What a case's handler answers, for hosts that answer with a `Response`: chunks are asked for when they are read. */
export function toResponse(answer: string | AsyncIterable<string>): Response {
  return new Response(typeof answer === "string" ? answer : toStream(answer));
}

/** `ReadableStream.from` is not everywhere yet. */
function toStream(chunks: AsyncIterable<string>): ReadableStream<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]();
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await iterator.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      await iterator.return?.();
    },
  });
}
