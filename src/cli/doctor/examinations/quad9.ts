// Quad9 tells by which protocol a question came to it: asked through the gateway, a proof that questions leave encrypted.

import { readQuestion } from '../../query/question.ts';
import { RCODE } from '../../../wire/numbers.ts';
import { rcodeToText } from '../../../wire/type-text.ts';
import { readRcode, textsIn } from '../answer-text.ts';
import { askEndpoint } from '../ask-endpoint.ts';
import type { Circumstances } from '../circumstances.ts';
import type { Examination } from '../examination.ts';
import { fail, ok, skip, unknown } from '../finding.ts';
import { firstToAsk } from '../may-ask.ts';
import { questionToQuery } from '../question-to-query.ts';

const NAME = 'proto.on.quad9.net';

export const quad9: Examination = {
  name: 'quad9',
  subject: 'what Quad9 says of the protocol',
  async examine(circumstances) {
    const isQuad9 = circumstances.settings.upstreams.every(({ url }) => new URL(url).hostname.endsWith('.quad9.net'));
    if (!isQuad9) return [skip(`${NAME} tells nothing here: not every upstream is Quad9`)];
    const { message, asker } = await askQuad9(circumstances);
    if (message === undefined) return [unknown(`${NAME} gets no answer, so Quad9 says nothing about the protocol`)];
    const rcode = readRcode(message);
    if (rcode === RCODE.SERVFAIL)
      return [
        unknown(
          `${NAME} is answered with SERVFAIL, so Quad9 says nothing about the protocol`,
          'see the findings under "upstream"',
        ),
      ];
    const texts = textsIn(message);
    if (texts.length === 0) {
      const what = rcode === RCODE.NOERROR ? 'no text' : rcodeToText(rcode);
      return [unknown(`${NAME} is answered with ${what} here; is it blocked?`, `sotto explain ${NAME} TXT`)];
    }
    const said = texts.join(', ');
    if (texts.every((text) => /^doh/i.test(text))) return [ok(`Quad9 says that ${asker} come to it over "${said}"`)];
    return [
      fail(
        `Quad9 says that ${asker} come to it over "${said}", not over DNS over HTTPS`,
        'another resolver may stand in between: see the findings under "holders"',
      ),
    ];
  },
};

async function askQuad9(
  circumstances: Circumstances,
): Promise<{ readonly message: Uint8Array | undefined; readonly asker: string }> {
  const question = readQuestion(NAME, 'TXT');
  const endpoint = firstToAsk(circumstances, ['udp', 'tcp', 'dot', 'doh']);
  if (endpoint !== undefined) {
    const answer = await askEndpoint(endpoint, question);
    return { message: answer.kind === 'answer' ? answer.message : undefined, asker: 'the questions of the gateway' };
  }
  const outcome = await circumstances.upstream.exchange(questionToQuery(question));
  return { message: outcome.ok ? outcome.message : undefined, asker: 'the questions of this command' };
}
