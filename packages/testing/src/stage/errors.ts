import { KeybrakeError } from "@keybrake/core";

/** An error on its way to the other process: whose it is, and what a copy needs. */
export interface WireError {
  ref: string;
  message: string;
  /** `KeybrakeError.toJSON()`, where it is one. */
  keybrake?: Record<string, unknown>;
}

/** Knows errors again that come back from the other process. Each side has one. */
export interface ErrorBook {
  toWire(error: unknown): WireError;
  /** The very error, where it went out from here; else the one copy of it. */
  fromWire(wire: WireError): Error;
}

/** @param side what tells the references of the two sides apart */
export function createErrorBook(side: string): ErrorBook {
  const refs = new WeakMap<Error, string>();
  const errors = new Map<string, Error>();

  function enter(error: Error, ref: string): void {
    refs.set(error, ref);
    errors.set(ref, error);
  }

  return {
    toWire(thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      if (!refs.has(error)) enter(error, `${side}-${crypto.randomUUID()}`);
      return {
        ref: String(refs.get(error)),
        message: error.message,
        ...(KeybrakeError.isInstance(error) ? { keybrake: error.toJSON() } : {}),
      };
    },
    fromWire(wire) {
      const known = errors.get(wire.ref);
      if (known) return known;
      const copy = toCopy(wire);
      enter(copy, wire.ref);
      return copy;
    },
  };
}

/** What the other side says of its error, its name and whether it is retryable, is kept rather than worked out again. */
function toCopy({ message, keybrake }: WireError): Error {
  if (!keybrake) return new Error(message);
  const copy = new KeybrakeError({ code: String(keybrake.code), message });
  return Object.assign(copy, keybrake);
}
