/** Finds the position of an entry by one of its names, in eight bytes an entry. */
export interface PositionIndex {
  add(name: string, position: number): void;
  /** The newest of that name. */
  find(name: string): number | undefined;
}

const FIRST_SLOTS = 1024;

/**
 * A hash table over two arrays of numbers: a map of strings would keep every name on the heap.
 *
 * @param readName the name of the entry at a position; `undefined` if the entry is no longer kept
 */
export function createPositionIndex(readName: (position: number) => string | undefined): PositionIndex {
  // A slot holds the position plus one; 0 means free.
  let positions = new Int32Array(FIRST_SLOTS);
  let hashes = new Int32Array(FIRST_SLOTS);
  let count = 0;

  function put(hash: number, position: number): void {
    let slot = hash & (positions.length - 1);
    while (positions[slot] !== 0) slot = (slot + 1) & (positions.length - 1);
    positions[slot] = position + 1;
    hashes[slot] = hash;
  }

  function grow(): void {
    const [oldPositions, oldHashes] = [positions, hashes];
    positions = new Int32Array(oldPositions.length * 2);
    hashes = new Int32Array(oldHashes.length * 2);
    for (let slot = 0; slot < oldPositions.length; slot++) {
      const position = oldPositions[slot] ?? 0;
      if (position !== 0) put(oldHashes[slot] ?? 0, position - 1);
    }
  }

  return {
    add(name, position) {
      if (++count * 2 > positions.length) grow();
      put(toHash(name), position);
    },
    find(name) {
      const hash = toHash(name);
      let newest = -1;
      let slot = hash & (positions.length - 1);
      for (let stored = positions[slot]; stored; stored = positions[slot]) {
        const position = stored - 1;
        if (hashes[slot] === hash && position > newest && readName(position) === name) newest = position;
        slot = (slot + 1) & (positions.length - 1);
      }
      return newest < 0 ? undefined : newest;
    },
  };
}

/** FNV-1a, 32 bits. */
function toHash(text: string): number {
  let hash = 0x811c9dc5 | 0;
  for (let index = 0; index < text.length; index++)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash;
}
