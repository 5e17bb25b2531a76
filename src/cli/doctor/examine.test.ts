import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import type { Circumstances } from './circumstances.ts';
import type { Examination } from './examination.ts';
import { examine } from './examine.ts';
import { fail, type Finding, ok, unknown, warn } from './finding.ts';
import { findingsToJson } from './print/findings-json.ts';
import { conclusionText, findingsToText } from './print/findings-text.ts';

const CIRCUMSTANCES = {} as Circumstances;
const PATIENT = { longestMilliseconds: 20_000 };

function examination(name: string, findings: () => Promise<readonly Finding[]>): Examination {
  return { name, subject: `the ${name}`, examine: findings };
}

test('findings come in the order of the list, whoever is first to know', async () => {
  const second = Promise.withResolvers<void>();
  const shown: string[] = [];
  const list = [
    examination('slow', async () => {
      await second.promise;
      return [ok('slow')];
    }),
    examination('quick', () => {
      second.resolve();
      return Promise.resolve([ok('quick')]);
    }),
  ];
  await examine(list, CIRCUMSTANCES, { ...PATIENT, onExamined: ({ examination: { name } }) => shown.push(name) });
  assert.deepEqual(shown, ['slow', 'quick']);
});

test('an examination that never ends is given up, and costs no other its findings', async () => {
  const list = [
    examination('endless', () => new Promise(() => {})),
    examination('quick', () => Promise.resolve([ok('found')])),
  ];
  const [endless, quick] = await examine(list, CIRCUMSTANCES, { longestMilliseconds: 20 });
  assert.equal(endless!.findings[0]!.verdict, 'unknown');
  assert.match(endless!.findings[0]!.sentence, /^the endless: not found out within/);
  assert.deepEqual(quick!.findings, [ok('found')]);
});

test('a fault of an examination is a finding of its own', async () => {
  const list = [examination('faulty', () => Promise.reject(new TypeError('x is not a function')))];
  const [faulty] = await examine(list, CIRCUMSTANCES, PATIENT);
  assert.match(faulty!.findings[0]!.sentence, /the examination itself failed \(x is not a function\)/);
});

test('findings are a line each with their advice below, in color only where asked for, and nothing moves the cursor', () => {
  const name = examination('ports', () => Promise.resolve([]));
  const examined = { examination: name, findings: [ok('fine'), fail('bad \u001b[2J', 'do this', 'or that')] };
  const plain = [
    'ok       ports      fine',
    'fail     ports      bad \\u{1b}[2J',
    '                    -> do this',
    '                    -> or that',
  ];
  assert.equal(findingsToText(examined, false), plain.join('\n'));
  const colored = findingsToText(examined, true);
  assert.ok(colored.startsWith('\u001b[32mok     \u001b[0m  ports'));
  assert.equal(stripVTControlCharacters(colored), plain.join('\n'));
});

test('the last line counts, and programs get the same as JSON', () => {
  const ports = examination('ports', () => Promise.resolve([]));
  const good = [{ examination: ports, findings: [ok('one'), ok('two')] }];
  const bad = [...good, { examination: ports, findings: [fail('three', 'do it')] }];
  assert.match(conclusionText(good), /^2 ok\. As far as can be seen from inside/);
  const firewall: Examination = { ...examination('firewall', () => Promise.resolve([])), isBeyondSight: true };
  const unseen = [...good, { examination: firewall, findings: [unknown('whether')] }];
  assert.match(conclusionText(unseen), /^2 ok, 1 unknown\. As far as can be seen from inside, devices can connect/);
  const doubtful = [...unseen, { examination: ports, findings: [unknown('whether')] }];
  assert.match(conclusionText(doubtful), /^2 ok, 2 unknown\. Nothing fails; whether devices can connect depends/);
  const limited = [...doubtful, { examination: ports, findings: [warn('not for all')] }];
  assert.match(conclusionText(limited), /1 warning, 2 unknown\. Nothing fails; the warnings say/);
  assert.match(conclusionText(bad), /^2 ok, 1 failure\. Begin with the first failure/);
  assert.equal(JSON.parse(findingsToJson(good)).healthy, true);
  const { healthy, findings } = JSON.parse(findingsToJson(bad));
  assert.equal(healthy, false);
  assert.deepEqual(findings[2], { examination: 'ports', verdict: 'fail', sentence: 'three', advice: ['do it'] });
});
