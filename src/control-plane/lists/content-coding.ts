// Content codings of HTTP (RFC 9110 section 8.4): gzip and br, decompressed as they come. How much may come out is the caller's
// to limit: the decompressor never runs far ahead of its reader.

import { Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip } from 'node:zlib';
import { ListFailure } from './list-failure.ts';

/** The decoded octets of `source`. Errors of the source are passed on; a damaged stream is a ListFailure. */
export function decoded(coding: string | undefined, source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  switch (coding?.trim().toLowerCase()) {
    case undefined:
    case '':
    case 'identity':
      return source;
    case 'gzip':
    case 'x-gzip':
      return through(source, createGunzip());
    case 'br':
      return through(source, createBrotliDecompress());
    default:
      throw new ListFailure(
        'answer',
        `the server sent content coding "${coding?.slice(0, 40)}", which was not asked for`,
      );
  }
}

async function* through(
  source: AsyncIterable<Uint8Array>,
  decompressor: ReturnType<typeof createGunzip> | ReturnType<typeof createBrotliDecompress>,
): AsyncGenerator<Uint8Array> {
  const input = Readable.from(source);
  // An error of the source is to arrive at the reader as itself, not as an early end of the compressed stream.
  input.on('error', (error) => decompressor.destroy(error));
  input.pipe(decompressor);
  try {
    yield* decompressor as AsyncIterable<Uint8Array>;
  } catch (error) {
    if (isDecompressionError(error)) throw new ListFailure('garbage', 'its compression is damaged', { cause: error });
    throw error;
  } finally {
    input.destroy();
    decompressor.destroy();
  }
}

function isDecompressionError(error: unknown): boolean {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return (
    code !== undefined && (code.startsWith('Z_') || code.startsWith('ERR__ERROR_') || code.startsWith('ERR_BROTLI'))
  );
}
