// The running gateway's own word on a name.

import type { Explanation } from '../../control-plane/explain/explain-name.ts';
import { typeToText } from '../../wire/type-text.ts';
import { requestGateway, strangeAnswer } from '../gateway-request.ts';

/** Undefined if no gateway runs there. Rejects with OperatorError. */
export async function askGateway(
  stateDirectory: string,
  name: string,
  type: number,
  client: string | undefined,
): Promise<Explanation | undefined> {
  const query = new URLSearchParams({ name, type: typeToText(type), ...(client === undefined ? {} : { client }) });
  const answer = await requestGateway(stateDirectory, 'GET', `/v1/explain?${query}`);
  if (answer === undefined) return undefined;
  if (answer.status === 200 && isExplanation(answer.body)) return answer.body;
  throw strangeAnswer(stateDirectory, 'this is no explanation', answer);
}

/** Its fields as far as they are shown. */
function isExplanation(value: unknown): value is Explanation {
  if (typeof value !== 'object' || value === null) return false;
  const { name, action, sentence, response, sourceName, matchedName, plaintext, notes, line } = value as Record<
    string,
    unknown
  >;
  const areTexts = [name, action, sentence].every((text) => typeof text === 'string');
  const mayBeTexts = [response, sourceName, matchedName, plaintext].every(
    (text) => text === undefined || typeof text === 'string',
  );
  const areNotes = Array.isArray(notes) && notes.every((note) => typeof note === 'string');
  return areTexts && mayBeTexts && areNotes && (line === undefined || isLine(line));
}

function isLine(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { file, number, text } = value as Record<string, unknown>;
  return typeof file === 'string' && typeof number === 'number' && typeof text === 'string';
}
