/** A wrong configuration. The message is one sentence that names the place, and no value: it may be a secret. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

export function firstLine({ message }: Error): string {
  return message.split("\n", 1)[0] ?? "";
}
