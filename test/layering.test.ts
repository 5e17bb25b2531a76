// The walls of the house: who may import whom inside src, and who may use which package or dangerous built-in.

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, test } from 'node:test';

const PROJECT_ROOT = join(import.meta.dirname, '..');

interface Room {
  /** Folders or files below src; longest match wins. */
  readonly folder: string;
  readonly imports: readonly string[];
  /** Packages and dangerous built-ins, without the node: prefix. */
  readonly outside: readonly string[];
}

const ANY_BUILT_IN = [
  'child_process',
  'cluster',
  'dgram',
  'fs',
  'fs/promises',
  'http',
  'http2',
  'https',
  'net',
  'tls',
  'worker_threads',
];

const ROOMS: readonly Room[] = [
  { folder: 'wire', imports: [], outside: [] },
  { folder: 'http2', imports: ['wire'], outside: [] },
  { folder: 'memory', imports: ['wire'], outside: ['vm'] },
  { folder: 'policy', imports: ['wire', 'memory'], outside: [] },
  { folder: 'plane-messages', imports: [], outside: [] },
  { folder: 'sockets', imports: ['wire'], outside: ['koffi', 'dgram', 'net', 'tls'] },
  { folder: 'upstream', imports: ['wire', 'memory', 'http2', 'sockets'], outside: ['tls', 'net'] },
  {
    folder: 'data-plane',
    imports: ['wire', 'http2', 'memory', 'policy', 'upstream', 'plane-messages', 'sockets'],
    outside: ['worker_threads'],
  },
  {
    folder: 'data-plane/listeners',
    imports: ['wire', 'http2', 'data-plane/query.ts', 'sockets'],
    outside: ['net', 'tls', 'http', 'http2', 'dgram'],
  },
  { folder: 'data-plane/steps', imports: ['wire', 'memory', 'policy', 'data-plane'], outside: [] },
  {
    folder: 'control-plane',
    imports: ['wire', 'memory', 'policy', 'upstream', 'sockets', 'plane-messages', 'errors.ts'],
    outside: [
      ...ANY_BUILT_IN,
      'sqlite',
      'pino',
      'pino-pretty',
      'undici',
      'node-forge',
      'acme-client',
      'smol-toml',
      'toml-eslint-parser',
      'uqr',
      'zod',
    ],
  },
  {
    folder: 'cli',
    imports: [
      'control-plane/settings',
      'control-plane/certificates',
      'control-plane/lists',
      'control-plane/rules',
      'control-plane/groups',
      'control-plane/explain',
      'control-plane/local-names',
      'control-plane/api',
      'control-plane/clients',
      'control-plane/state-directory',
      'memory',
      'policy',
      'wire',
      'upstream',
      'errors.ts',
      '../package.json',
    ],
    outside: ['dgram', 'net', 'tls', 'undici', 'dns-packet', 'fs', 'fs/promises', 'http'],
  },
  {
    folder: 'cli/run.ts',
    imports: ['main.ts', 'cli', 'control-plane/observability'],
    outside: [],
  },
  {
    folder: 'main.ts',
    imports: ['control-plane', 'data-plane/worker.ts', 'plane-messages', 'memory', 'upstream', 'sockets', 'errors.ts'],
    outside: [],
  },
  { folder: 'errors.ts', imports: [], outside: [] },
];

/** Built-ins by which a process reaches files, sockets, other processes or the system's resolver. The rest is free. */
const DANGEROUS = new Set([...ANY_BUILT_IN, 'dns', 'dns/promises', 'vm', 'inspector', 'ffi', 'sqlite']);

interface Import {
  readonly file: string;
  readonly specifier: string;
  readonly isTypeOnly: boolean;
}

function sourceFiles(): string[] {
  return globSync('src/**/*.ts', { cwd: PROJECT_ROOT }).filter(
    (file) => !file.endsWith('.test.ts') && !file.endsWith('.d.ts'),
  );
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(PROJECT_ROOT, file), 'utf8');
  const statements = text.matchAll(/^(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?'([^']+)'/gms);
  const dynamic = text.matchAll(/\b(?:import|require|resolve)\(\s*'([^']+)'/g);
  return [
    ...[...statements].map((match) => ({ file, specifier: match[2]!, isTypeOnly: match[1] !== undefined })),
    ...[...dynamic].map((match) => ({ file, specifier: match[1]!, isTypeOnly: false })),
  ];
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

function roomOf(path: string): Room | undefined {
  return ROOMS.filter(({ folder }) => isWithin(path, folder)).sort((a, b) => b.folder.length - a.folder.length)[0];
}

function complaintAbout({ file, specifier, isTypeOnly }: Import): string | undefined {
  const path = file.slice('src/'.length);
  const room = roomOf(path);
  if (room === undefined) return `${file} stands in no room of the import table`;
  if (!specifier.startsWith('.')) {
    const name = specifier.replace(/^node:/, '');
    if (isTypeOnly) return undefined;
    const isPackage = !specifier.startsWith('node:');
    if ((isPackage || DANGEROUS.has(name)) && !room.outside.includes(name)) return `${file} may not use ${specifier}`;
    return undefined;
  }
  const target = normalize(join(dirname(path), specifier));
  if (isWithin(target, room.folder)) {
    const isOtherStep = room.folder === 'data-plane/steps';
    return isOtherStep ? `${file} is a step and may not call the step ${specifier}` : undefined;
  }
  if (room.folder === 'plane-messages')
    return isTypeOnly ? undefined : `${file} may import types only, not ${specifier}`;
  if (room.folder === 'data-plane/steps' && isWithin(target, 'data-plane/listeners'))
    return `${file} is a step and may not see listeners`;
  if (room.folder === 'data-plane' && isWithin(target, 'data-plane')) return undefined;
  if (room.imports.some((allowed) => isWithin(target, allowed))) return undefined;
  return `${file} may not import ${specifier}`;
}

describe('layering', () => {
  test('every import inside src is one that the table allows', () => {
    const files = sourceFiles();
    assert.ok(files.length > 30, 'the sources were found');
    const complaints = files
      .flatMap(importsOf)
      .map(complaintAbout)
      .filter((complaint) => complaint !== undefined);
    assert.deepEqual(complaints, []);
  });

  test('the check itself sees a forbidden file, package and built-in', () => {
    const forbidden = [
      { file: 'src/wire/name.ts', specifier: '../memory/counters/counters.ts', isTypeOnly: false },
      { file: 'src/data-plane/pipeline.ts', specifier: '../control-plane/settings/settings.ts', isTypeOnly: true },
      { file: 'src/data-plane/worker.ts', specifier: 'node:fs', isTypeOnly: false },
      { file: 'src/upstream/upstream.ts', specifier: 'node:dns', isTypeOnly: false },
      { file: 'src/data-plane/steps/count.ts', specifier: '../listeners/udp-listener.ts', isTypeOnly: false },
      { file: 'src/attic/old.ts', specifier: './older.ts', isTypeOnly: false },
    ];
    assert.equal(forbidden.map(complaintAbout).filter((complaint) => complaint !== undefined).length, forbidden.length);
  });

  test('nothing in src asks the system resolver', () => {
    const offenders = sourceFiles().filter((file) => {
      const text = readFileSync(join(PROJECT_ROOT, file), 'utf8');
      // Loaded in whatever way; "dns" as a mere word is a kind of identifier (ACME) or a listener.
      const isLoaded = /['"]node:dns|(?:\bfrom|\bimport|\w\()\s*\(?\s*['"]dns(?:\/promises)?['"]/.test(text);
      return isLoaded || /\bdns\.(?:lookup|resolve)|\bgetaddrinfo\s*\(/.test(text);
    });
    assert.deepEqual(offenders, []);
  });
});
