import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { type Document, readMarkdown } from "./read-markdown.ts";

/** Links of documents to files, and to headings, that there are not. */
export function checkLinks(documents: readonly Document[]): string[] {
  const anchors = new Map(documents.map((document) => [document.file, document.anchors]));
  return documents.flatMap(({ file, links }) =>
    links.flatMap(({ line, target }) => {
      if (/^[a-z]+:/.test(target)) return [];
      const [path = "", anchor] = target.split("#");
      const linked = path === "" ? file : resolve(dirname(file), path);
      const place = `${file}:${line}`;
      if (!existsSync(linked)) return [`${place}: there is no ${path}`];
      if (anchor === undefined || !linked.endsWith(".md")) return [];
      const known = anchors.get(linked) ?? readMarkdown(linked).anchors;
      return known.has(anchor) ? [] : [`${place}: there is no heading #${anchor} in ${path || "this file"}`];
    }),
  );
}
