/** A body, or an amount in it, that can't be read with certainty. The message says what is wrong, never a value. */
export class Unreadable extends Error {
  override readonly name: string = "Unreadable";
}

/** A JSON object that names a field twice: one reader keeps the first, another the last. */
export class RepeatedName extends Unreadable {
  override readonly name = "RepeatedName";
  readonly repeated: string;

  constructor(repeated: string) {
    super("a name is given twice in one object");
    this.repeated = repeated;
  }
}
