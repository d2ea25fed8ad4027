import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";

const CACHE = join(
  import.meta.dirname ?? new URL(".", import.meta.url).pathname,
  "../node_modules/.cache/debian",
);

/** Where a set of unpacked Debian packages is kept, inside node_modules. */
export function getUnpackedDirectory(name) {
  return join(CACHE, name);
}

/** Its shared libraries, for LD_LIBRARY_PATH. */
export function getUnpackedLibraries(name) {
  const machine = `${process.arch === "arm64" ? "aarch64" : "x86_64"}-linux-gnu`;
  return ["usr/lib", "lib"].map((folder) => join(CACHE, name, folder, machine)).join(":");
}

/** Whether a command is on the PATH. */
export function hasCommand(command) {
  return (process.env.PATH ?? "").split(":").some((directory) => existsSync(join(directory, command)));
}

/**
 * Unpacks Debian packages beside the project: no root, no service, no change to the system.
 *
 * @throws {Error} no apt, or the packages can't be downloaded
 */
export function unpackDebianPackages(name, packages) {
  const directory = getUnpackedDirectory(name);
  if (existsSync(directory)) return directory;
  if (!hasCommand("apt-get") || !hasCommand("dpkg-deb"))
    throw new Error("it can be fetched only where there are apt-get and dpkg-deb");
  mkdirSync(CACHE, { recursive: true });
  // Unpacked aside and renamed at the end, so that an interrupted set-up is never taken for a whole one.
  const staging = mkdtempSync(join(CACHE, `${name}-`));
  try {
    download(packages, staging);
    for (const file of readdirSync(staging).filter((entry) => entry.endsWith(".deb"))) {
      execFileSync("dpkg-deb", ["-x", join(staging, file), staging]);
      rmSync(join(staging, file));
    }
    renameSync(staging, directory);
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
  return directory;
}

/** The packages, and all they depend on, that the system does not have. */
export function listMissingDebianPackages(packages) {
  const simulate = () =>
    execFileSync("apt-get", ["install", "--simulate", "--no-install-recommends", "-qq", ...packages], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
  // Each package to install is a line "Inst name (version …)".
  return withFreshLists(simulate)
    .split("\n")
    .flatMap((line) => /^Inst (\S+)/.exec(line)?.[1] ?? []);
}

function download(packages, directory) {
  withFreshLists(() =>
    execFileSync("apt-get", ["download", ...packages], {
      cwd: directory,
      stdio: ["ignore", "ignore", "pipe"],
    }),
  );
}

/** The list of packages may be missing, or too old to name files that still exist. */
function withFreshLists(run) {
  try {
    return run();
  } catch {
    execFileSync("apt-get", ["update"], { stdio: ["ignore", "ignore", "pipe"] });
    return run();
  }
}
