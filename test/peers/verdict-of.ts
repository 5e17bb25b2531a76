// What a real server does with a name, in a few words: `nxdomain`, `nodata`, `records …`, `alias name`, `refused`, `truncate`,
// `drop`. Asked over UDP; types A, AAAA and TXT.

import { once } from 'node:events';
import { createSocket } from 'node:dgram';
import { decode } from 'dns-packet';
import { nameFromText } from '../../src/wire/name-text.ts';
import { TYPE } from '../../src/wire/numbers.ts';
import { buildQuery } from '../../src/wire/query-builder.ts';
import { typeToText } from '../../src/wire/type-text.ts';

/** A server that would answer has done so long before. */
const SILENCE_MILLISECONDS = 1500;

export async function verdictOf(port: number, text: string, type: number = TYPE.A): Promise<string> {
  const name = nameFromText(text)!;
  const query = buildQuery({ name, nameLength: name.length, type, class: 1, dnssecOk: false, checkingDisabled: false });
  const socket = createSocket('udp4');
  try {
    socket.send(query, port, '127.0.0.1');
    const [message] = (await once(socket, 'message', { signal: AbortSignal.timeout(SILENCE_MILLISECONDS) })) as [
      Buffer,
    ];
    return inWords(message, type);
  } catch {
    return 'drop';
  } finally {
    socket.close();
  }
}

function inWords(message: Buffer, type: number): string {
  const {
    rcode,
    flag_tc: isTruncated,
    answers = [],
  } = decode(message) as ReturnType<typeof decode> & {
    readonly rcode: string;
    readonly flag_tc: boolean;
  };
  if (isTruncated) return 'truncate';
  const alias = answers.find((record) => record.type === 'CNAME');
  if (alias !== undefined && 'data' in alias) return `alias ${String(alias.data)}`;
  if (rcode === 'NXDOMAIN' || rcode === 'REFUSED') return rcode.toLowerCase();
  if (rcode !== 'NOERROR') return rcode;
  const values = answers.flatMap((record) =>
    record.type === typeToText(type) && 'data' in record ? [String(record.data)] : [],
  );
  return values.length === 0 ? 'nodata' : `records ${values.sort().join(' ')}`;
}
