import { holdStreams } from "@keybrake/core";

/** The getters of a stream result from which all its other streams, promises and responses come. */
const STREAMS = new Set<PropertyKey>(["stream", "partialOutputStream", "elementStream"]);

/**
 * The same result; `end` is called when its streams are over, or at once where it has none. Watching is the only way:
 * the AI SDK calls nobody back when a consumer stops reading.
 */
export async function holdResult<Result>(result: Result, end: () => Promise<void>): Promise<Result> {
  const hold = holdStreams(end);
  const get = (target: object, name: PropertyKey, self: unknown): unknown =>
    STREAMS.has(name) ? hold(Reflect.get(target, name, self)) : Reflect.get(target, name, self);

  if (result instanceof ReadableStream) return hold(result) as Result;
  if (result instanceof Response && result.body) return new Response(hold(result.body), result) as Result;
  if (typeof Object(result).consumeStream === "function") return new Proxy(Object(result), { get });
  return end().then(() => result);
}
