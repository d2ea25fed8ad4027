import { type HoldOptions, holdStreams, type KeyWarning } from "@keybrake/core";

/** The getters of a stream result from which all its other streams, promises and responses come. */
const STREAMS = new Set<PropertyKey>(["stream", "partialOutputStream", "elementStream"]);

/**
 * The same result; `end` is called when its streams are over, or at once where it has none. Watching is the only way:
 * the AI SDK calls nobody back when a consumer stops reading.
 */
export async function holdResult<Result>(
  result: Result,
  end: (warning?: KeyWarning) => Promise<void>,
  options: HoldOptions,
): Promise<Result> {
  const isStreamResult = typeof Object(result).consumeStream === "function";
  const body = result instanceof Response ? result.body : result;
  if (!isStreamResult && !(body instanceof ReadableStream)) return end().then(() => result);

  const hold = holdStreams(end, options);
  if (body instanceof ReadableStream)
    return (result instanceof Response ? new Response(hold(body), result) : hold(body)) as Result;
  const get = (target: object, name: PropertyKey, self: unknown): unknown =>
    STREAMS.has(name) ? hold(Reflect.get(target, name, self)) : Reflect.get(target, name, self);
  return new Proxy(Object(result), { get });
}
