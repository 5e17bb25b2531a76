// Network namespaces of a test's own: each with its mount table, so that files of /etc can be others inside. A process of its
// own holds each; when the test ends, however it ends, the kernel takes everything back. Needs root.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '../fixtures/temporary-directory.ts';
import { type CommandResult, runCommand } from './run-command.ts';

/** Programs that this module runs. */
export const NAMESPACE_COMMANDS = ['ip', 'unshare', 'nsenter', 'mount', 'sh', 'cat'] as const;

export interface NamespaceOptions {
  /** What the machine's own resolver is told inside: `nameserver` of resolv.conf. */
  readonly nameserver?: string;
  /** Directories to show elsewhere inside: path there, by path here. The path there must exist. */
  readonly mounts?: Readonly<Record<string, string>>;
}

export interface NetworkNamespace {
  readonly pid: number;
  /** Words to put before a command to run it inside; the process keeps the number it was started under. */
  readonly enter: readonly string[];
  run(command: string, ...parameters: string[]): Promise<CommandResult>;
  /** `run` that rejects if the command fails; resolves with its output. */
  succeed(command: string, ...parameters: string[]): Promise<string>;
  /** Ends the holder. Processes that are still inside keep the namespace alive: end them first. */
  remove(): Promise<void>;
}

export async function makeNetworkNamespace(options: NamespaceOptions = {}): Promise<NetworkNamespace> {
  const files = temporaryDirectory('namespace');
  try {
    const holder = await holdNamespace(mountsFor(options, files.path));
    // Another mount table would begin at its root: --wd keeps the caller's directory.
    const enter = ['nsenter', `--target=${holder.pid}`, '--wd=.', '--net', '--mount', '--'];
    const run = (...words: string[]): Promise<CommandResult> => runCommand(enter[0]!, ...enter.slice(1), ...words);
    const succeed = async (...words: string[]): Promise<string> => {
      const { exitCode, output, errors } = await run(...words);
      if (exitCode !== 0) throw new Error(`${words.join(' ')}: exit code ${exitCode}: ${errors}${output}`);
      return output;
    };
    const remove = async (): Promise<void> => {
      await endHolder(holder);
      files.remove();
    };
    await succeed('ip', 'link', 'set', 'lo', 'up');
    return { pid: holder.pid!, enter, run, succeed, remove };
  } catch (error) {
    files.remove();
    throw error;
  }
}

/** One end of a cable. */
export interface CableEnd {
  readonly namespace: NetworkNamespace;
  /** Name of the interface. */
  readonly device: string;
  /** With their prefix lengths: `10.0.5.2/24`, `fd00:5::2/64`. */
  readonly addresses: readonly string[];
}

/** A veth pair between two namespaces, plugged in. */
export async function layCable(near: CableEnd, far: CableEnd): Promise<void> {
  const peer = ['peer', 'name', far.device, 'netns', String(far.namespace.pid)];
  await near.namespace.succeed('ip', 'link', 'add', near.device, 'type', 'veth', ...peer);
  for (const end of [near, far]) await plugIn(end);
}

/** Pulls the cable at this end: the other end keeps its addresses and routes, and sends into the void. */
export async function unplug({ namespace, device }: CableEnd): Promise<void> {
  await namespace.succeed('ip', 'link', 'set', device, 'down');
}

/** Brings an end up. IPv6 addresses go with a device that goes down, so all are set anew. */
export async function plugIn({ namespace, device, addresses }: CableEnd): Promise<void> {
  await namespace.succeed('ip', 'link', 'set', device, 'up');
  for (const address of addresses) await addAddress(namespace, device, address);
}

export async function addAddress(namespace: NetworkNamespace, device: string, address: string): Promise<void> {
  // Duplicate detection would keep an IPv6 address out of use for its first second or two.
  const flags = address.includes(':') ? ['nodad'] : [];
  await namespace.succeed('ip', 'address', 'replace', address, 'dev', device, ...flags);
}

export async function removeAddress(namespace: NetworkNamespace, device: string, address: string): Promise<void> {
  await namespace.succeed('ip', 'address', 'delete', address, 'dev', device);
}

function mountsFor({ nameserver, mounts }: NamespaceOptions, directory: string): [from: string, to: string][] {
  chmodSync(directory, 0o755);
  const file = (name: string, text: string): string => {
    writeFileSync(join(directory, name), text, { mode: 0o644 });
    return join(directory, name);
  };
  const pairs: [string, string][] = Object.entries(mounts ?? {}).map(([to, from]) => [from, to]);
  if (nameserver === undefined) return pairs;
  pairs.push([file('resolv.conf', `nameserver ${nameserver}\noptions timeout:1 attempts:1\n`), '/etc/resolv.conf']);
  // Some machines ask a daemon of theirs first, which lives outside of the namespace.
  if (existsSync('/etc/nsswitch.conf')) {
    pairs.push([file('nsswitch.conf', 'passwd: files\ngroup: files\nhosts: files dns\n'), '/etc/nsswitch.conf']);
  }
  return pairs;
}

/** A process that does nothing but be there until its standard input ends, as it does when this process dies. */
async function holdNamespace(mounts: readonly (readonly [string, string])[]): Promise<ChildProcess> {
  const script = 'while [ $# -gt 0 ]; do mount --bind "$1" "$2" || exit 1; shift 2; done; echo held; exec cat';
  const words = ['--net', '--mount', '--propagation', 'private', '--', 'sh', '-c', script, 'sh', ...mounts.flat()];
  const holder = spawn('unshare', words, { stdio: ['pipe', 'pipe', 'pipe'] });
  let errors = '';
  holder.stderr!.on('data', (chunk: Buffer) => (errors += chunk));
  holder.stdin!.on('error', () => {});
  const failed = once(holder, 'close').then(() => {
    throw new Error(`no network namespace can be made here: ${errors}`);
  });
  const held = once(holder.stdout!, 'data');
  await Promise.race([held, failed]);
  failed.catch(() => {});
  return holder;
}

async function endHolder(holder: ChildProcess): Promise<void> {
  if (holder.exitCode !== null || holder.signalCode !== null) return;
  const ended = once(holder, 'close');
  holder.stdin!.end();
  await ended;
}
