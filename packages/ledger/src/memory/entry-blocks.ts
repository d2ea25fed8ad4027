const BLOCK_BYTES = 1 << 20;
/** About 300,000 entries. */
const BLOCKS_KEPT = 128;

/** A megabyte of entries, one after the other. */
interface Block {
  readonly first: number;
  readonly bytes: Buffer;
  /** Where each entry ends in `bytes`. */
  readonly ends: number[];
}

/** Texts by the position they were appended at. */
export interface EntryBlocks {
  /** Gives the position. */
  append(text: string): number;
  /** `undefined` if there is no such entry, or no longer. */
  read(position: number): string | undefined;
  /** The oldest position that is kept. */
  first(): number;
  /** The position that the next entry gets. */
  next(): number;
}

/**
 * Entries as bytes, outside the JavaScript heap: the garbage collector copies objects that are kept by the thousand, and
 * never looks into bytes. A ledger in memory keeps the newest 128 MB and forgets the rest.
 */
export function createEntryBlocks(): EntryBlocks {
  const blocks: Block[] = [];
  let next = 0;

  function openBlock(bytes: number): Block {
    const block = { first: next, bytes: Buffer.allocUnsafeSlow(Math.max(BLOCK_BYTES, bytes)), ends: [] };
    blocks.push(block);
    if (blocks.length > BLOCKS_KEPT) blocks.shift();
    return block;
  }

  return {
    append(text) {
      // A UTF-16 unit takes three bytes at most.
      const most = text.length * 3;
      let block = blocks.at(-1);
      let start = block?.ends.at(-1) ?? 0;
      if (!block || start + most > block.bytes.length) {
        block = openBlock(most);
        start = 0;
      }
      block.ends.push(start + block.bytes.write(text, start));
      return next++;
    },
    read(position) {
      const block = position < next ? blocks.findLast(({ first }) => first <= position) : undefined;
      if (!block) return undefined;
      const index = position - block.first;
      return block.bytes.toString("utf8", block.ends[index - 1] ?? 0, block.ends[index]);
    },
    first: () => blocks[0]?.first ?? 0,
    next: () => next,
  };
}
