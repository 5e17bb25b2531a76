// The system calls that Node does not offer, called through koffi: the one place where native code is reached. Main thread
// and query threads; at start, when sockets change, and for batches of datagrams. Absent (undefined) without koffi, which is
// an optional dependency.

import { createRequire } from 'node:module';
import { getSystemErrorName } from 'node:util';

/** Linux numbers, the same on every architecture named in ARCHITECTURES. */
export const ADDRESS_FAMILY = { LOCAL: 1, IPV4: 2, IPV6: 10 } as const;
export const SOCKET_TYPE = { STREAM: 1, DATAGRAM: 2 } as const;
export const LEVEL = { SOCKET: 1, IPV4: 0, IPV6: 41 } as const;
export const SOCKET_OPTION = {
  REUSE_ADDRESS: 2,
  SEND_BUFFER: 7,
  RECEIVE_BUFFER: 8,
  REUSE_PORT: 15,
  SEND_BUFFER_FORCE: 32,
  RECEIVE_BUFFER_FORCE: 33,
} as const;
export const ERROR_NUMBER = { INTERRUPTED: 4, TRY_AGAIN: 11, NO_BUFFERS: 105 } as const;
/** Of mallopt in glibc. */
export const ALLOCATOR_OPTION = { TOP_PAD: -2, MMAP_THRESHOLD: -3 } as const;
export const IPV4_OPTION = { MTU_DISCOVER: 10 } as const;
export const IPV6_OPTION = { MTU_DISCOVER: 23, ONLY_IPV6: 26 } as const;
/** Of both: whole datagrams or none, whatever size a router has asked for. */
export const MTU_DISCOVER_PROBE = 3;

// mips and sparc number these differently and have no koffi.
const ARCHITECTURES = ['x64', 'arm64', 'arm', 'ia32', 'riscv64', 'ppc64', 'loong64', 's390x'];
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const F_DUPFD_CLOEXEC = 1030;
const MSG_DONTWAIT = 0x40;
/** 0, 1 and 2 are never handed out, whatever the process was started with. */
const LOWEST_DUPLICATE = 3;

// koffi does not give its call memory back when a thread ends, so a little is taken (by default 3 MiB); these calls need less.
const CALL_MEMORY = { sync_stack_size: 256 * 1024, sync_heap_size: 64 * 1024 };

/** Every function returns a number >= 0, or the negated errno (`errorCode` names it). */
export interface Libc {
  /** Non-blocking and closed on exec. */
  socket(family: number, type: number): number;
  setSocketOption(descriptor: number, level: number, option: number, value: number): number;
  bind(descriptor: number, address: Uint8Array, addressLength: number): number;
  listen(descriptor: number, backlog: number): number;
  /** A second descriptor of the same socket, closed on exec. */
  duplicate(descriptor: number): number;
  close(descriptor: number): number;
  /** 0 where no interface has this name. */
  interfaceIndex(name: string): number;
  /** Two connected datagram sockets of this host alone (AF_UNIX), written to `descriptors`. */
  socketPair(descriptors: Int32Array): number;
  /** recvmmsg and sendmmsg, never waiting. `headers`: address of `count` mmsghdr. Gives how many datagrams went through. */
  receiveMany(descriptor: number, headers: number, count: number): number;
  sendMany(descriptor: number, headers: number, count: number): number;
  /** mallopt, for all threads of the process; false where the C library has none (musl). Unlike the others, no errno. */
  setAllocatorOption(option: number, value: number): boolean;
  /** Where `memory` lies. The caller keeps it reachable for as long as the address is used; it never moves. */
  addressOf(memory: ArrayBuffer): number;
}

type Loaded =
  | { readonly libc: Libc; readonly missing: undefined }
  | { readonly libc: undefined; readonly missing: string };
let loaded: Loaded | undefined;

/** Undefined where koffi cannot be had; `whyLibcIsMissing` says why. */
export function loadLibc(): Libc | undefined {
  loaded ??= tryToLoad();
  return loaded.libc;
}

/** For people; empty where nothing is missing. */
export function whyLibcIsMissing(): string {
  loaded ??= tryToLoad();
  return loaded.missing ?? '';
}

/** `EADDRINUSE` and the like for a negated errno. */
export function errorCode(negatedErrno: number): string {
  return getSystemErrorName(negatedErrno);
}

function tryToLoad(): Loaded {
  if (process.env.SOTTO_WITHOUT_KOFFI === '1') return { libc: undefined, missing: 'SOTTO_WITHOUT_KOFFI is set' };
  if (process.platform !== 'linux') return { libc: undefined, missing: `not used on ${process.platform}` };
  if (!ARCHITECTURES.includes(process.arch)) return { libc: undefined, missing: `not used on ${process.arch}` };
  try {
    const require = createRequire(import.meta.url);
    return { libc: declareFunctions(require('koffi')), missing: undefined };
  } catch (error) {
    return { libc: undefined, missing: error instanceof Error ? error.message : String(error) };
  }
}

function declareFunctions(koffi: typeof import('koffi')): Libc {
  koffi.config(CALL_MEMORY);
  const library = koffi.load(null);
  const socket: (family: number, type: number, protocol: number) => number = library.func(
    'int socket(int family, int type, int protocol)',
  );
  const setsockopt: (descriptor: number, level: number, option: number, value: Int32Array, size: number) => number =
    library.func('int setsockopt(int descriptor, int level, int option, const void *value, uint32_t size)');
  const bind: (descriptor: number, address: Uint8Array, length: number) => number = library.func(
    'int bind(int descriptor, const void *address, uint32_t length)',
  );
  const listen: (descriptor: number, backlog: number) => number = library.func(
    'int listen(int descriptor, int backlog)',
  );
  const fcntl: (descriptor: number, command: number, type: 'int', value: number) => number = library.func(
    'int fcntl(int descriptor, int command, ...)',
  );
  const close: (descriptor: number) => number = library.func('int close(int descriptor)');
  const nameToIndex: (name: string) => number = library.func('uint32_t if_nametoindex(const char *name)');
  const socketpair: (family: number, type: number, protocol: number, descriptors: Int32Array) => number = library.func(
    'int socketpair(int family, int type, int protocol, _Out_ int *descriptors)',
  );
  // Addresses as numbers: the cheapest argument there is, and all of user space fits.
  const recvmmsg: (descriptor: number, headers: number, count: number, flags: number, timeout: number) => number =
    library.func('int recvmmsg(int descriptor, uintptr_t headers, uint32_t count, int flags, uintptr_t timeout)');
  const sendmmsg: (descriptor: number, headers: number, count: number, flags: number) => number = library.func(
    'int sendmmsg(int descriptor, uintptr_t headers, uint32_t count, int flags)',
  );
  const mallopt = declareMallopt(library);

  const checked = (result: number): number => (result < 0 ? -koffi.errno() : result);
  return {
    socket: (family, type) => checked(socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)),
    setSocketOption: (descriptor, level, option, value) =>
      checked(setsockopt(descriptor, level, option, Int32Array.of(value), Int32Array.BYTES_PER_ELEMENT)),
    bind: (descriptor, address, addressLength) => checked(bind(descriptor, address, addressLength)),
    listen: (descriptor, backlog) => checked(listen(descriptor, backlog)),
    duplicate: (descriptor) => checked(fcntl(descriptor, F_DUPFD_CLOEXEC, 'int', LOWEST_DUPLICATE)),
    close: (descriptor) => checked(close(descriptor)),
    interfaceIndex: (name) => nameToIndex(name),
    socketPair: (descriptors) =>
      checked(socketpair(ADDRESS_FAMILY.LOCAL, SOCKET_TYPE.DATAGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, descriptors)),
    receiveMany: (descriptor, headers, count) => checked(recvmmsg(descriptor, headers, count, MSG_DONTWAIT, 0)),
    sendMany: (descriptor, headers, count) => checked(sendmmsg(descriptor, headers, count, MSG_DONTWAIT)),
    setAllocatorOption: (option, value) => mallopt !== undefined && mallopt(option, value) === 1,
    addressOf: (memory) => Number(koffi.address(memory)),
  };
}

function declareMallopt(
  library: import('koffi').LibraryHandle,
): ((option: number, value: number) => number) | undefined {
  try {
    return library.func('int mallopt(int option, int value)');
  } catch {
    return undefined;
  }
}
