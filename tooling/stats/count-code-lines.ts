import ts from "typescript";

/** Lines of a source file without blank lines and comments. */
export interface CodeLines {
  /** All of them. */
  all: number;
  /** Those that are left when types are stripped: what an adapter does, and not what it declares. */
  running: number;
}

export function countCodeLines(text: string): CodeLines {
  const { outputText } = ts.transpileModule(text, {
    compilerOptions: {
      target: ts.ScriptTarget.ESNext,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
      removeComments: true,
    },
  });
  return { all: countAll(text), running: outputText.split("\n").filter((line) => line.trim()).length };
}

function countAll(text: string): number {
  const source = ts.createSourceFile("source.ts", text, ts.ScriptTarget.Latest, true);
  const lines = new Set<number>();
  const toLine = (position: number): number => source.getLineAndCharacterOfPosition(position).line;
  const visit = (node: ts.Node): void => {
    if (ts.isJSDoc(node) || node.kind === ts.SyntaxKind.EndOfFileToken) return;
    const children = node.getChildren(source);
    for (const child of children) visit(child);
    if (children.length > 0 || node.getWidth(source) === 0) return;
    for (let line = toLine(node.getStart(source)); line <= toLine(node.getEnd()); line++) lines.add(line);
  };
  visit(source);
  return lines.size;
}
