// Reads a file of any size through one small buffer. Main thread, where thousands of buffers would be garbage for long.

import { open } from 'node:fs/promises';

const CHUNK_BYTES = 64 * 1024;

/** Its octets in order; a chunk is valid until the next one is asked for. Rejects as fs does. */
export async function* fileChunks(path: string): AsyncGenerator<Uint8Array> {
  const handle = await open(path, 'r');
  try {
    const chunk = new Uint8Array(CHUNK_BYTES);
    for (;;) {
      const { bytesRead } = await handle.read(chunk, 0, CHUNK_BYTES);
      if (bytesRead === 0) return;
      yield chunk.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}
