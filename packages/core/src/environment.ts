/** Reads an environment variable wherever there is an environment: Node, Bun, Deno, edge functions. */
export function readEnvironment(name: string): string | undefined {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
  return process?.env?.[name] || undefined;
}
