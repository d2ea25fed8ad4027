import { InvalidArgumentError } from "commander";

/** Reads a port from the command line; 0 is any free one. */
export function toPort(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new InvalidArgumentError("It is not a port number.");
  return port;
}
