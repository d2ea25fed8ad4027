import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import {
  getUnpackedDirectory,
  getUnpackedLibraries,
  listMissingDebianPackages,
  unpackDebianPackages,
} from "./debian-packages.mjs";

const PACKAGES = ["python3", "python3-flask", "python3-celery", "python3-requests", "python3-redis"];
const IMPORTS = "from flask import Flask; from celery import Celery; import requests, redis";

/** A Python that has what the Flask example imports: the system's, or one with the private copy; else undefined. */
export function findPython() {
  return listCandidates().find(({ command, env }) => {
    const { status } = spawnSync(command, ["-c", IMPORTS], {
      env: { ...process.env, ...env },
      stdio: "ignore",
    });
    return status === 0;
  });
}

function listCandidates() {
  const commands = ["python3", "/usr/bin/python3"];
  const unpacked = getUnpackedDirectory("python");
  if (!existsSync(unpacked)) return commands.map((command) => ({ command, env: {} }));
  const libraries = { PYTHONPATH: join(unpacked, "usr/lib/python3/dist-packages") };
  const binaries = join(unpacked, "usr/bin");
  const own = existsSync(binaries) ? readdirSync(binaries).filter((name) => /^python3\.\d+$/.test(name)) : [];
  return [
    ...commands.map((command) => ({ command, env: {} })),
    ...commands.map((command) => ({ command, env: libraries })),
    ...own.map((name) => ({
      command: join(binaries, name),
      env: {
        ...libraries,
        PYTHONHOME: join(unpacked, "usr"),
        LD_LIBRARY_PATH: getUnpackedLibraries("python"),
      },
    })),
  ];
}

/** Makes sure that the Flask example can run, where that is possible. It is all that needs Python. */
export function setUpPython() {
  if (findPython()) return;
  try {
    execFileSync("apt-get", ["--version"], { stdio: "ignore" });
    unpackDebianPackages("python", listMissingDebianPackages(PACKAGES));
    if (!findPython()) throw new Error("the unpacked packages can't be imported");
  } catch (error) {
    console.error(
      `No Python with Flask, Celery, requests and redis: its example will not be tested. ${error.message}`,
    );
    if (process.env.CI) process.exit(1);
  }
}
