/** Deeper chains are broken off: an error may be its own cause. */
const MOST_CAUSES = 50;

/**
 * An error, what caused it, and so on: through `cause`, and through the `errors` of an `AggregateError` or of another
 * error that collects the errors of several attempts. Queues and frameworks wrap errors, and linters ask for it.
 */
export function listCauses(error: unknown): unknown[] {
  const found = new Set<unknown>([error]);
  for (const each of found) {
    if (found.size >= MOST_CAUSES) break;
    if (!(each instanceof Error)) continue;
    const { cause, errors } = each as { cause?: unknown; errors?: unknown };
    if (cause !== undefined) found.add(cause);
    if (Array.isArray(errors)) for (const inner of errors) found.add(inner);
  }
  return [...found];
}
