// Does the upstream answer, to the gateway and to us?

import type { Circumstances } from '../circumstances.ts';
import type { Examination } from '../examination.ts';
import { fail, type Finding, ok, warn } from '../finding.ts';
import { rootQuestion } from '../public-addresses.ts';
import type { UpstreamFailureCode } from '../../../upstream/upstream.ts';

export const upstream: Examination = {
  name: 'upstream',
  subject: 'whether the upstream answers',
  async examine(circumstances) {
    const begun = performance.now();
    const outcome = await circumstances.upstream.exchange(rootQuestion());
    const milliseconds = Math.round(performance.now() - begun);
    const { gateway } = circumstances;
    const toGateway = gateway.kind === 'running' ? gateway.status.upstreamReachable : null;
    if (outcome.ok) return [reached(outcome.server, milliseconds, toGateway)];
    return [unreached(outcome.code, outcome.detail, toGateway, circumstances)];
  },
};

function reached(server: string, milliseconds: number, toGateway: boolean | null): Finding {
  if (toGateway === false)
    return warn(
      `${server} answers this command in ${milliseconds} ms, but the gateway says that it cannot reach it`,
      'wait a few seconds and look again; if it stays so, see the log of the gateway',
      'a firewall may hold back the user that the gateway runs as (server.user)',
    );
  const also = toGateway === true ? ', and the gateway reaches it as well' : '';
  return ok(`${server} answers over HTTPS in ${milliseconds} ms${also}`);
}

function unreached(
  code: UpstreamFailureCode,
  detail: string,
  toGateway: boolean | null,
  { settings }: Circumstances,
): Finding {
  const sentence = `the upstream does not answer: ${detail}`;
  const hint = toGateway === true ? ['the gateway reached it when it last had to: is it this user who may not?'] : [];
  const advice = [...adviceFor(code, settings), ...hint];
  return fail(`${sentence}; names that are not in the cache cannot be answered`, ...advice);
}

function adviceFor(code: UpstreamFailureCode, { upstreams }: Circumstances['settings']): readonly string[] {
  const [first] = upstreams;
  const { hostname, port } = new URL(first!.url);
  const place = `${hostname}:${port === '' ? 443 : port}:${first!.addresses[0]}`;
  const test = `try it by hand: curl -sv --resolve ${place} ${first!.url} -o /dev/null`;
  switch (code) {
    case 'unreachable':
    case 'timeout':
      return ['is this machine online? May it connect out over TCP to the port of the upstream?', test];
    case 'certificate':
      return [
        'see the findings under "clock": a wrong clock makes every certificate wrong',
        'if the clock is right, somebody between here and the upstream opens the encryption (a proxy, a guest network)',
        test,
      ];
    default:
      return ['is its URL right, and does it speak HTTP/2?', test];
  }
}
