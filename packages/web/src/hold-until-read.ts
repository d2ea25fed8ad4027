import { type HoldOptions, holdStreams, type KeyWarning } from "@keybrake/core";

/** A response to hand to the host in place of another, and the end of its body. */
export interface HeldResponse {
  response: Response;
  /**
   * Resolves when the body was read to its end, was cancelled, or broke; at once where nobody will read one; with a
   * warning when nobody does.
   */
  ended: Promise<KeyWarning | undefined>;
}

/** Watches a response on its way out: the same bytes in the same chunks, each one read when the host asks for it. */
export function holdUntilRead(response: Response, method: string, options: HoldOptions): HeldResponse {
  // A WebSocket upgrade, a redirect, a 204 or Response.error() has no body, and hosts don't read the one for HEAD.
  if (response.body === null || method === "HEAD") return { response, ended: Promise.resolve(undefined) };
  let end = (_warning?: KeyWarning): void => {};
  const ended = new Promise<KeyWarning | undefined>((resolve) => {
    end = resolve;
  });
  const hold = holdStreams(async (warning) => end(warning), options);
  return { response: new Response(hold(response.body), response), ended };
}
