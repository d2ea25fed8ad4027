/** A response to hand to the host in place of another, and the end of its body. */
export interface HeldResponse {
  response: Response;
  /** Settles when the body was read to its end, was cancelled, or broke; at once where nobody will read one. */
  ended: Promise<unknown>;
}

/** Watches a response on its way out: the same bytes in the same chunks, each one read when the host asks for it. */
export function holdUntilRead(response: Response, method: string): HeldResponse {
  // A WebSocket upgrade, a redirect, a 204 or Response.error() has no body, and hosts don't read the one for HEAD.
  if (response.body === null || method === "HEAD") return { response, ended: Promise.resolve() };
  const reader = response.body.getReader();
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    // The default would read one chunk before anybody asks.
    { highWaterMark: 0 },
  );
  // `closed` does not wait for a source that is cancelled: it may be waiting for something that never comes.
  return { response: new Response(body, response), ended: reader.closed };
}
