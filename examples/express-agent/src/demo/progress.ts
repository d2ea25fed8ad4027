import ora from "ora";

/** Shows progress: a spinner on a terminal, a line every 2 s in a log, no output when silent. */
export interface Progress {
  update(text: string): void;
  succeed(): void;
  stop(): void;
}

const LINE_EVERY_MS = 2_000;

export function createProgress(firstText: string, silent: boolean): Progress {
  if (silent) return { update() {}, succeed() {}, stop() {} };
  const spinner = ora(firstText);
  if (process.stderr.isTTY) {
    spinner.start();
    return {
      update(text) {
        spinner.text = text;
      },
      succeed: () => void spinner.succeed().start(),
      stop: () => void spinner.stop(),
    };
  }
  let latest = firstText;
  let printedAt = Date.now();
  console.error(`- ${firstText}`);
  return {
    update(text) {
      latest = text;
      if (Date.now() - printedAt < LINE_EVERY_MS) return;
      printedAt = Date.now();
      console.error(`- ${text}`);
    },
    succeed: () => console.error(`✔ ${latest}`),
    stop() {},
  };
}
