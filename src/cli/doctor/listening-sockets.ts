// Which sockets of this machine listen on a port, and whose they are, as Linux tells it in /proc. Elsewhere nothing is known.

import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { endianness } from 'node:os';
import { basename, join } from 'node:path';
import { addressToText } from '../../wire/ip-address.ts';

export interface ListeningSocket {
  readonly protocol: 'tcp' | 'udp';
  /** `0.0.0.0` and `::` for every address. */
  readonly address: string;
  readonly port: number;
  readonly inode: string;
  readonly userId: number;
}

export interface SocketOwner {
  readonly processId: number;
  /** Of the program, or of the script that it runs; of a program at most 15 characters. */
  readonly name: string;
}

const TABLES = [
  ['tcp', 'tcp'],
  ['tcp6', 'tcp'],
  ['udp', 'udp'],
  ['udp6', 'udp'],
] as const;
/** TCP_LISTEN, and what an unconnected UDP socket is said to be. */
const LISTENING_STATE = { tcp: '0A', udp: '07' } as const;

/** Undefined where the system does not tell. */
export function readListeningSockets(procDirectory: string): readonly ListeningSocket[] | undefined {
  const sockets: ListeningSocket[] = [];
  let hasAny = false;
  for (const [table, protocol] of TABLES) {
    const text = readText(join(procDirectory, 'net', table));
    if (text === undefined) continue;
    hasAny = true;
    for (const line of text.split('\n').slice(1)) {
      const socket = readLine(line, protocol);
      if (socket !== undefined) sockets.push(socket);
    }
  }
  return hasAny ? sockets : undefined;
}

function readLine(line: string, protocol: 'tcp' | 'udp'): ListeningSocket | undefined {
  const [, local, , state, , , , userId, , inode] = line.trim().split(/\s+/);
  const [, addressHex, portHex] = /^([\dA-F]{8}|[\dA-F]{32}):([\dA-F]{4})$/i.exec(local ?? '') ?? [];
  if (addressHex === undefined || inode === undefined || state !== LISTENING_STATE[protocol]) return undefined;
  const address = addressFromHex(addressHex);
  return { protocol, address, port: Number.parseInt(portHex!, 16), inode, userId: Number(userId) };
}

/** Words of 32 bits, each as the machine has it in memory. */
function addressFromHex(hex: string): string {
  const octets = Buffer.from(hex, 'hex');
  if (endianness() === 'LE') octets.swap32();
  if (octets.length === 16) return addressToText(octets);
  return octets.join('.');
}

/** By inode. Processes that this user may not look into are passed over. */
export function readSocketOwners(
  procDirectory: string,
  inodes: ReadonlySet<string>,
): ReadonlyMap<string, readonly SocketOwner[]> {
  const owners = new Map<string, SocketOwner[]>();
  for (const entry of inodes.size === 0 ? [] : namesIn(procDirectory)) {
    if (!/^\d+$/.test(entry)) continue;
    const directory = join(procDirectory, entry);
    for (const inode of socketsOf(directory)) {
      if (!inodes.has(inode)) continue;
      const list = owners.get(inode) ?? [];
      owners.set(inode, list);
      const processId = Number(entry);
      if (!list.some((it) => it.processId === processId)) list.push({ processId, name: programName(directory) });
    }
  }
  return owners;
}

function socketsOf(processDirectory: string): string[] {
  const descriptors = join(processDirectory, 'fd');
  return namesIn(descriptors).flatMap((name) => {
    try {
      const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(join(descriptors, name)))?.[1];
      return inode === undefined ? [] : [inode];
    } catch {
      return [];
    }
  });
}

/** What such a program is called says nothing about what it does. */
const INTERPRETERS = /^(?:node|MainThread|node-MainThread|python[\d.]*|perl|ruby|java|bun|deno)$/;

function programName(processDirectory: string): string {
  const name = readText(join(processDirectory, 'comm'))?.trim() ?? 'a program';
  if (!INTERPRETERS.test(name)) return name;
  const [command = name, ...words] = (readText(join(processDirectory, 'cmdline')) ?? '').split('\0');
  const script = words.find((word) => word !== '' && !word.startsWith('-'));
  return basename(script ?? command) || name;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
