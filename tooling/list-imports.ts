import ts from "typescript";

/** Every module that a source file names, in imports, exports and dynamic imports. */
export function listImports(text: string): string[] {
  return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
}
