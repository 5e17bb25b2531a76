// `sotto query`: asks as a client would, and prints what came back.

import { OperatorError } from '../errors.ts';
import { readArguments } from './arguments.ts';
import { ask } from './query/ask/ask.ts';
import { replyToText } from './query/print/reply-text.ts';
import { readQuestion } from './query/question.ts';
import { gatewayServer, readServer, type Server } from './query/server.ts';
import { readTrust } from './query/trust.ts';
import { settingsOrFaults } from './settings-or-faults.ts';

const TIMEOUT_MILLISECONDS = 5_000;

export async function query(args: readonly string[]): Promise<number> {
  const { words, options } = readArguments(args, {
    usage: 'sotto query NAME [TYPE]',
    options: ['server', 'ca', 'address', 'config'],
    words: { required: ['NAME'], optional: ['TYPE'] },
  });
  const question = readQuestion(words[0]!, words[1]);
  const named = options.server === undefined ? undefined : readServer(options.server, options.address);
  refuseUseless(options, named);
  const settings = settingsOrFaults(options.config, 'hide notices');
  if (settings === undefined) return 2;
  const reply = await ask(named ?? gatewayServer(settings), question, {
    trust: () => readTrust(options.ca, settings.certificateDirectory),
    timeoutMilliseconds: TIMEOUT_MILLISECONDS,
  });
  console.log(replyToText(reply));
  return 0;
}

/** Options that would have no effect are a misunderstanding. */
function refuseUseless(options: { readonly ca?: string; readonly address?: string }, server: Server | undefined): void {
  if (options.address !== undefined && server === undefined)
    throw new OperatorError('USAGE', '--address says where a server is; name the server with --server URL');
  const hasTls = server?.transport === 'tls' || server?.transport === 'https';
  if (options.ca !== undefined && !hasTls)
    throw new OperatorError('USAGE', '--ca is for servers with a certificate: --server tls://… or https://…');
}
