/** A body, or an amount in it, that can't be read with certainty. The message says what is wrong, never a value. */
export class Unreadable extends Error {
  override readonly name = "Unreadable";
}
