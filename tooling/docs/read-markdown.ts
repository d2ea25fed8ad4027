import { readFileSync } from "node:fs";
import GithubSlugger from "github-slugger";
import type { Code, Nodes, Root } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { toString as toText } from "mdast-util-to-string";
import { visit } from "unist-util-visit";

/** A fenced block of TypeScript in a document. */
export interface Example {
  file: string;
  /** The line of its first line of code, from 1. */
  line: number;
  extension: "ts" | "tsx";
  code: string;
  /** What the block takes for given, from an invisible comment `<!-- given: … -->` right above it. */
  given: string;
}

export interface DocumentLink {
  file: string;
  line: number;
  target: string;
}

export interface Document {
  file: string;
  examples: Example[];
  links: DocumentLink[];
  /** The ids of its headings, as the host of the repository makes them. */
  anchors: Set<string>;
}

/** What of a Markdown file can be checked. */
export function readMarkdown(file: string): Document {
  const tree: Root = fromMarkdown(readFileSync(file));
  const slugger = new GithubSlugger();
  const document: Document = { file, examples: [], links: [], anchors: new Set() };
  visit(tree, (node, index, parent) => {
    const line = node.position?.start.line ?? 1;
    if (node.type === "code") addExample(document, node, line, parent?.children[(index ?? 0) - 1]);
    if (node.type === "link") document.links.push({ file, line, target: node.url });
    if (node.type === "heading") document.anchors.add(slugger.slug(toText(node)));
  });
  return document;
}

function addExample(
  { file, examples }: Document,
  { lang, value }: Code,
  line: number,
  above: Nodes | undefined,
): void {
  if (lang !== "ts" && lang !== "tsx") return;
  const given = above?.type === "html" ? /^<!-- given:(.*)-->$/s.exec(above.value)?.[1] : undefined;
  examples.push({ file, line: line + 1, extension: lang, code: value, given: given?.trim() ?? "" });
}
