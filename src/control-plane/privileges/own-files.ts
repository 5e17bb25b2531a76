// What the gateway itself makes in state_dir and certificate_dir, by the names at their top. Only these are handed over to
// server.user and expected to be readable by it: an operator may keep other things in the same place.

import { readdirSync } from 'node:fs';

export interface OwnFiles {
  readonly directory: string;
  /** Each matches whole names, with the endings of half-written files. */
  readonly names: RegExp;
}

export function ownStateFiles(directory: string): OwnFiles {
  return {
    directory,
    names: /^(?:lists|compiled|code-cache|acme|hash\.key.*|gateway\.lock.*|answers\.cache.*|query-log.*)$/,
  };
}

export function ownCertificateFiles(directory: string): OwnFiles {
  return { directory, names: /^(?:local|acme)-.*\.pem.*$/ };
}

/** Things that make a directory nobody else's: what comes with the project, marks of tools, what is gone at the next start. */
const NEUTRAL = /^(?:README\.md|\..*|lost\+found|control\.sock)$/;

/** Top-level names that are the gateway's. Throws the system's error. */
export function listOwnFiles({ directory, names }: OwnFiles): string[] {
  return readdirSync(directory).filter((name) => names.test(name));
}

/** Whether the directory is there for the gateway alone. */
export function isOwnDirectory({ directory, names }: OwnFiles): boolean {
  return readdirSync(directory).every((name) => names.test(name) || NEUTRAL.test(name));
}
