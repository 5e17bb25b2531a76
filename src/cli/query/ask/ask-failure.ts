// No answer, and what to try: in words for the one who asked.

import { OperatorError } from '../../../errors.ts';
import type { UpstreamFailureCode } from '../../../upstream/upstream.ts';
import { connectFailure } from '../../../upstream/upstream-failure.ts';

export class AskFailure extends OperatorError {
  /** Nothing could be connected to: the next address may do better. */
  readonly nobodyThere: boolean;

  constructor(message: string, nobodyThere = false) {
    super('NO_ANSWER', message);
    this.nobodyThere = nobodyThere;
  }
}

const ADVICE: Readonly<Partial<Record<UpstreamFailureCode, string>>> = {
  unreachable: 'is a gateway running there? "sotto run" starts one, --server URL asks another server',
  certificate:
    'name its CA with --ca FILE (a local gateway keeps its own as local-ca.cert.pem in certificate_dir, which --config FILE helps to find), or ask it by a name that its certificate has',
  protocol: 'is this the port of that transport?',
};

/** For an error of TCP, TLS, certificate or ALPN. `where`: the server as a URL. */
export function cannotConnect(error: Error, where: string): AskFailure {
  const { code, detail } = connectFailure(error, where);
  const advice = ADVICE[code];
  return new AskFailure(advice === undefined ? detail : `${detail}; ${advice}`, code === 'unreachable');
}

/** `ignored`: how many datagrams came that were no reply to the question. */
export function noAnswerInTime(where: string, timeoutMilliseconds: number, ignored = 0): AskFailure {
  const strangers = ignored === 0 ? '' : ` (${ignored} datagrams ignored: they belong to another question, or to none)`;
  const reasons =
    'the server may be down, a firewall may drop the packets, or the gateway may drop what it blocks; "sotto explain" tells the last';
  return new AskFailure(`${where}: no answer within ${timeoutMilliseconds / 1000} s${strangers}; ${reasons}`);
}

export function closedWithoutAnswer(where: string): AskFailure {
  const reasons = 'is this the port of that transport? A gateway that drops what it blocks does this over https';
  return new AskFailure(`${where}: the server ended the connection without an answer; ${reasons}`);
}
