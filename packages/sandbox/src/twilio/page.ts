import { takePage } from "../take-page.ts";
import type { TwilioCall } from "./account.ts";
import { refuse } from "./errors.ts";
import { readCount, readField } from "./params.ts";

interface Listed {
  readonly sid: string;
}

interface Page<Item> {
  readonly items: readonly Item[];
  readonly index: number;
  readonly size: number;
  /** The targets (path and query) of this page and its neighbours. */
  readonly self: string;
  readonly first: string;
  readonly next: string | null;
}

const defaultPageSize = 50;
const maxPageSize = 1000;

/** One page of the 2010 API. Its links are paths. */
export function listByUri<Item extends Listed>(
  call: TwilioCall,
  name: string,
  items: ReadonlyMap<string, Item>,
  toResource: (item: Item) => object,
): object {
  const page = readPage(call, items);
  const start = page.index * page.size;
  return {
    [name]: page.items.map(toResource),
    end: start + Math.max(0, page.items.length - 1),
    first_page_uri: page.first,
    next_page_uri: page.next,
    page: page.index,
    page_size: page.size,
    previous_page_uri: null,
    start,
    uri: page.self,
  };
}

/** One page of a newer API. Its links are absolute, so a client that follows them bypasses the proxy. */
export function listByUrl<Item extends Listed>(
  call: TwilioCall,
  { name, host }: { readonly name: string; readonly host: string },
  items: ReadonlyMap<string, Item>,
  toResource: (item: Item) => object,
): object {
  const page = readPage(call, items);
  const toUrl = (target: string | null) => (target === null ? null : `https://${host}${target}`);
  return {
    meta: {
      first_page_url: toUrl(page.first),
      key: name,
      next_page_url: toUrl(page.next),
      page: page.index,
      page_size: page.size,
      previous_page_url: null,
      url: toUrl(page.self),
    },
    [name]: page.items.map(toResource),
  };
}

function readPage<Item extends Listed>(
  { path, query }: TwilioCall,
  items: ReadonlyMap<string, Item>,
): Page<Item> {
  const size = readCount(query, "PageSize", { fallback: defaultPageSize, most: maxPageSize });
  const token = readField(query, "PageToken");
  const index = token === undefined ? 0 : Number(readField(query, "Page") ?? 0);
  // Newest first. `To` and `From` narrow the lists of things that have them.
  const wanted = ["To", "From"].flatMap((name) => {
    const value = readField(query, name);
    return value === undefined ? [] : [[name.toLowerCase(), value] as const];
  });
  const found = [...items.values()]
    .reverse()
    .filter((item) => wanted.every(([name, value]) => Reflect.get(item, name) === value));
  const taken = takePage(found, size, token === undefined ? undefined : ({ sid }) => `PA${sid}` === token);
  if (!taken) throw refuse(400, 20006, "Invalid page token");
  const last = taken.items.at(-1);

  function toTarget(extra: Readonly<Record<string, string>>): string {
    const params = new URLSearchParams(query);
    params.delete("PageToken");
    for (const [name, value] of Object.entries({ PageSize: String(size), ...extra })) params.set(name, value);
    return `${path}?${params}`;
  }
  return {
    items: taken.items,
    index,
    size,
    self: toTarget({ Page: String(index), ...(token === undefined ? {} : { PageToken: token }) }),
    first: toTarget({ Page: "0" }),
    next: taken.hasMore && last ? toTarget({ Page: String(index + 1), PageToken: `PA${last.sid}` }) : null,
  };
}
