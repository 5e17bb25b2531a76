// What must be readable for a query thread to be started again: our own code and the packages it loads.

import { readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** src in a clone, dist in the installed package. */
const CODE_DIRECTORY = dirname(dirname(import.meta.dirname));
const PROGRAM_DIRECTORY = dirname(CODE_DIRECTORY);

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

export interface ProgramFiles {
  /** Every file in them, except in a `node_modules` folder. */
  readonly trees: readonly string[];
  readonly files: readonly string[];
}

export function programFiles(codeDirectory = CODE_DIRECTORY, programDirectory = PROGRAM_DIRECTORY): ProgramFiles {
  const packages = new Set<string>();
  collectPackages(programDirectory, packages);
  return { trees: [codeDirectory, ...packages], files: [join(programDirectory, 'package.json')] };
}

/** Adds the directories of all packages that the one in `directory` needs, also indirectly, where Node would find them. */
function collectPackages(directory: string, found: Set<string>): void {
  const { dependencies, optionalDependencies } = readManifest(directory) ?? {};
  for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
    const location = findPackage(name, directory);
    if (location === undefined || found.has(location)) continue; // optional, or for another system
    found.add(location);
    collectPackages(location, found);
  }
}

function findPackage(name: string, from: string): string | undefined {
  for (let directory = from; ; directory = dirname(directory)) {
    const candidate = join(directory, 'node_modules', name);
    if (readManifest(candidate) !== undefined) return realpathSync(candidate);
    if (directory === dirname(directory)) return undefined;
  }
}

function readManifest(directory: string): Manifest | undefined {
  try {
    return JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
  } catch {
    return undefined;
  }
}
