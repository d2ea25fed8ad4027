import { expect, it } from "vitest";
import { hasFormField, parseForm, readFormScalar } from "./form-body.ts";
import { Unreadable } from "./unreadable.ts";

const parse = (text: string): ReturnType<typeof parseForm> => parseForm(Buffer.from(text));

it("reads a field whose name has capitals", () => {
  expect(readFormScalar(parse("To=%2B1555&Body=hi"), "To")).toBe("+1555");
  expect(hasFormField(parse("to=1"), "To")).toBe(true);
});

it.each(["to=1", "To=1&to=2", "To=1&To=2", "To[]=1", "To=1&+to=2"])("refuses %s for To", (text) => {
  expect(() => readFormScalar(parse(text), "To")).toThrow(Unreadable);
});
