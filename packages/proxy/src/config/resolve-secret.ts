import { readFileSync } from "node:fs";
import { Secret } from "../secrets.ts";
import { ConfigError } from "./config-error.ts";

/**
 * Reads a secret that a configuration names: `env:NAME` from the environment, `file:PATH` from a file, anything else
 * as it stands.
 *
 * @param place where in the configuration it stands, for the error
 * @throws {ConfigError} there is none
 */
export function resolveSecret(reference: string, place: string, environment: NodeJS.ProcessEnv): Secret {
  if (reference.startsWith("env:")) {
    const name = reference.slice("env:".length);
    const value = environment[name];
    if (!value?.trim()) throw new ConfigError(`${place}: the environment variable ${name} is not set`);
    return toSecret(value, place);
  }
  if (!reference.startsWith("file:")) return toSecret(reference, place);
  const file = reference.slice("file:".length);
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    throw new ConfigError(`${place}: the file ${file} can't be read`);
  }
  return toSecret(text, place);
}

/** A secret travels in a header, so what could not is told here and not at every call. */
function toSecret(text: string, place: string): Secret {
  const value = text.trim();
  if (!/^[\x21-\x7e]+$/.test(value)) {
    throw new ConfigError(`${place}: the secret is empty, or holds a space or something else than ASCII`);
  }
  return new Secret(value);
}
