/** What a browser gets that submits the form of a page without JavaScript. */
export interface Submitted {
  status: number;
  location: string | null;
  /** What the page shows in its `<output>`, where it shows one. */
  output: unknown;
}

/** Submits the form of a page as it stands, but for the given fields. */
export async function submitForm(url: string, fields: Record<string, string>): Promise<Submitted> {
  const page = await (await fetch(url)).text();
  const form = new FormData();
  for (const [input] of page.matchAll(/<input[^>]*>/g)) {
    form.set(readAttribute(input, "name"), readAttribute(input, "value"));
  }
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  const answer = await fetch(url, { method: "POST", body: form, redirect: "manual" });
  const [, output = "null"] = (await answer.text()).match(/<output>(.*?)<\/output>/) ?? [];
  return {
    status: answer.status,
    location: answer.headers.get("location"),
    output: JSON.parse(unescapeHtml(output)),
  };
}

function readAttribute(tag: string, name: string): string {
  return unescapeHtml(tag.match(new RegExp(` ${name}="([^"]*)"`))?.[1] ?? "");
}

function unescapeHtml(text: string): string {
  return text.replaceAll("&quot;", '"').replaceAll("&amp;", "&");
}
