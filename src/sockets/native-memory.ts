// How the C library keeps the memory of TLS connections, in the whole process. Query threads, when they begin to serve TLS.
//
// Node has a read buffer of 64 KiB for each TLS connection, of which a quiet client touches a page. Cut out of the heap it lies
// on pages that handshakes have touched before, and all of them stay resident. As a mapping of its own it takes what is
// touched, and goes back to the system with its connection: bench/scenarios/idle-connections.ts measures it.

import { ALLOCATOR_OPTION, loadLibc } from './libc.ts';

const READ_BUFFER_BYTES = 65_536;
/** The heap grows by what is asked for: with more in stock, buffers would be cut out of that. */
const HEAP_STOCK_BYTES = 4096;

/** False where it cannot be: without koffi, or in a C library other than glibc. Calling it again changes nothing. */
export function keepReadBuffersApart(): boolean {
  const libc = loadLibc();
  if (libc === undefined) return false;
  const isStockSmall = libc.setAllocatorOption(ALLOCATOR_OPTION.TOP_PAD, HEAP_STOCK_BYTES);
  return libc.setAllocatorOption(ALLOCATOR_OPTION.MMAP_THRESHOLD, READ_BUFFER_BYTES) && isStockSmall;
}
