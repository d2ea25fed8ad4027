// Labels may be as many as there are runs: the oldest are forgotten, and warn again.
const MOST_LABELS = 1_000;
const warned = new Set<string>();

/** Writes a warning about keys of a label to the console, once per label. */
export function warnOnce(label: string, message: string): void {
  if (warned.has(label)) return;
  if (warned.size >= MOST_LABELS) warned.delete(warned.values().next().value ?? "");
  warned.add(label);
  console.warn(`keybrake: ${label}: ${message}`);
}
