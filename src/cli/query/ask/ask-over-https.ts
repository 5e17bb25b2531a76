// One question as a POST over HTTP/2 (RFC 8484 section 4.1) to a pinned address.

import { type buildConnector, Client, type Dispatcher } from 'undici';
import { connectPinned } from '../../../upstream/connect-pinned.ts';
import { MESSAGE_MAX_BYTES } from '../../../wire/header.ts';
import { visible } from '../../visible-text.ts';
import { AskFailure, cannotConnect, closedWithoutAnswer, noAnswerInTime } from './ask-failure.ts';
import type { VerifiedDestination } from './destination.ts';
import { isReply } from './is-reply.ts';

const MEDIA_TYPE = 'application/dns-message';
const HEADERS = { accept: MEDIA_TYPE, 'content-type': MEDIA_TYPE, 'accept-encoding': 'identity' };

/** `path`: path and query of the URL. Rejects with AskFailure. */
export async function askOverHttps(query: Uint8Array, to: VerifiedDestination, path: string): Promise<Uint8Array> {
  const { host, port, where, timeoutMilliseconds } = to;
  let connectError: Error | undefined;
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), timeoutMilliseconds);
  // The connector is given the address, so the name in the origin is never looked up.
  const connect: buildConnector.connector = (_options, callback) => {
    const socket = connectPinned(
      { ...to, connectMilliseconds: timeoutMilliseconds },
      {
        onConnected: () => callback(null, socket),
        onConnectFailed(error) {
          connectError = error;
          callback(error, null);
        },
      },
    );
  };
  const client = new Client(`https://${host.includes(':') ? `[${host}]` : host}:${port}`, { connect, allowH2: true });
  try {
    const { signal } = deadline;
    const response = await client.request({ path, method: 'POST', headers: HEADERS, body: query, signal });
    return await readReply(query, response, where);
  } catch (error) {
    if (error instanceof AskFailure) throw error;
    if (connectError !== undefined) throw cannotConnect(connectError, where);
    throw deadline.signal.aborted ? noAnswerInTime(where, timeoutMilliseconds) : closedWithoutAnswer(where);
  } finally {
    clearTimeout(timer);
    await client.destroy();
  }
}

async function readReply(query: Uint8Array, response: Dispatcher.ResponseData, where: string): Promise<Uint8Array> {
  const { statusCode, headers, body } = response;
  // Nobody reads the body of a failure; its stream ends with the client.
  body.on('error', () => {});
  if (statusCode !== 200) {
    const advice = statusCode === 404 ? '; is the path right? It mostly is /dns-query' : '';
    throw new AskFailure(`${where}: the server answers with HTTP status ${statusCode}${advice}`);
  }
  const mediaType = String(headers['content-type'] ?? 'nothing');
  if (mediaType.split(';', 1)[0]!.trim().toLowerCase() !== MEDIA_TYPE)
    throw new AskFailure(`${where}: the server answers with ${visible(mediaType.slice(0, 100))}, not ${MEDIA_TYPE}`);
  const message = await readBody(body);
  if (message === undefined)
    throw new AskFailure(`${where}: the server's reply is larger than a DNS message (${MESSAGE_MAX_BYTES} octets)`);
  if (!isReply(query, message)) throw new AskFailure(`${where}: the server's reply does not belong to the question`);
  return message;
}

/** Undefined as soon as it is more than a message can have. */
async function readBody(body: AsyncIterable<Buffer>): Promise<Uint8Array | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > MESSAGE_MAX_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
