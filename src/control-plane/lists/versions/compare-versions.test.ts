import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { temporaryDirectory } from '../../../../test/fixtures/lists/temporary-directory.ts';
import { wireName } from '../../../../test/fixtures/lists/wire-names.ts';
import { type AnsweredName, packAnswered } from './answered-names.ts';
import type { Comparison, ComparisonJob } from './compare-messages.ts';
import { compareVersions } from './compare-versions.ts';
import { TOOK_TOO_LONG, VersionComparisons } from './version-comparisons.ts';

function answeredFor(name: string, types = [1], addresses: readonly string[] = []): AnsweredName {
  return { name: wireName(name), types, addresses };
}

const HASH_KEY = new Uint8Array(16).fill(9);

describe('two versions of a list', () => {
  const directory = temporaryDirectory();
  after(() => directory.remove());

  function job(
    before: string,
    after: string,
    answered: readonly (string | AnsweredName)[],
    list: Partial<ComparisonJob['list']> = {},
  ) {
    const files = { before: join(directory.path, 'before'), after: join(directory.path, 'after') };
    writeFileSync(files.before, before);
    writeFileSync(files.after, after);
    return {
      hashKey: HASH_KEY,
      list: { name: 'list', action: 'block', format: 'auto', subdomains: false, ...list },
      before: { path: files.before, names: 0 },
      after: { path: files.after, names: 0 },
      answered: packAnswered(answered.map((one) => (typeof one === 'string' ? answeredFor(one) : one))),
    } satisfies ComparisonJob;
  }

  function counts({ rulesBefore, rulesAfter, added, removed }: Comparison) {
    return { rulesBefore, rulesAfter, added, removed };
  }

  test('are compared rule by rule, each counted once', () => {
    const comparison = compareVersions(
      job('a.example\nb.example\nb.example\nc.example\n', 'c.example\nd.example\na.example\nd.example\n', []),
    );
    assert.deepEqual(counts(comparison), { rulesBefore: 3, rulesAfter: 3, added: 1, removed: 1 });
  });

  test('of other formats are the same where they say the same', () => {
    const comparison = compareVersions(
      job('0.0.0.0 a.example\n0.0.0.0 b.example\n', '# domains\na.example\nb.example\nc.example\n', []),
    );
    assert.deepEqual(counts(comparison), { rulesBefore: 2, rulesAfter: 3, added: 1, removed: 0 });
  });

  test('differ where a name now covers what lies below it, and where blocking became allowing', () => {
    const comparison = compareVersions(
      job('|a.example^\n||b.example^\n', '||a.example^\n@@||b.example^\n', [], { format: 'adblock' }),
    );
    assert.deepEqual(counts(comparison), { rulesBefore: 2, rulesAfter: 2, added: 2, removed: 2 });
  });

  const many = (end: string): string =>
    Array.from({ length: 20 }, (_, index) => `||n${index}.example${end}\n`).join('');
  for (const [what, before, after, more] of [
    ['for whom they hold', '^', '^$client=192.0.2.1', { forAnybodyBefore: 20, forAnybodyAfter: 0 }],
    ['for which tags they hold', '^', '^$ctag=device_tv', { forAnybodyBefore: 20, forAnybodyAfter: 0 }],
    ['for whom they do not hold', '^', '^$client=~192.0.2.1', { forAnybodyBefore: 20, forAnybodyAfter: 20 }],
    ['for which types they hold', '^', '^$dnstype=TXT', { forAnybodyBefore: 20, forAnybodyAfter: 0 }],
    ['what they answer', '^', '^$dnsrewrite=192.0.2.1', { leadingBefore: 0, leadingAfter: 20, newLeading: 20 }],
    [
      'to which address they lead',
      '^$dnsrewrite=192.0.2.1',
      '^$dnsrewrite=192.0.2.2',
      { leadingBefore: 20, leadingAfter: 20, newLeading: 20 },
    ],
    [
      'to which name they lead',
      '^$dnsrewrite=a.example',
      '^$dnsrewrite=b.example',
      { leadingBefore: 20, leadingAfter: 20, newLeading: 20 },
    ],
    ['how they block', '^', '^$dnsrewrite=0.0.0.0', { leadingBefore: 0, leadingAfter: 0, newLeading: 0 }],
  ] as const)
    test(`differ where their rules differ in nothing but ${what}`, () => {
      const comparison = compareVersions(job(many(before), many(after), [], { format: 'adblock' }));
      assert.deepEqual(counts(comparison), { rulesBefore: 20, rulesAfter: 20, added: 20, removed: 20 });
      for (const [count, value] of Object.entries(more)) assert.equal(comparison[count as keyof typeof more], value);
    });

  test('are the same where the same condition is written in another order', () => {
    const comparison = compareVersions(
      job('||a.example^$client=192.0.2.1|tv\n', '||a.example^$client=tv|192.0.2.1\n', [], { format: 'adblock' }),
    );
    assert.deepEqual(counts(comparison), { rulesBefore: 1, rulesAfter: 1, added: 0, removed: 0 });
  });

  test('differ where a pattern, an address or what is taken back does', () => {
    const before = '/^ad[0-9]+\\./\n||192.0.2.0/24^\n||a.example^$badfilter\n';
    const after = '/^ad[0-9]+\\./$client=tv\n||192.0.2.0/24^$client=tv\n||a.example^\n';
    const comparison = compareVersions(job(before, after, [], { format: 'adblock' }));
    assert.deepEqual(counts(comparison), { rulesBefore: 3, rulesAfter: 3, added: 3, removed: 3 });
  });

  test('patterns and addresses count too', () => {
    const before = '/^ad[0-9]+\\./\n||192.0.2.0/24^\n';
    const comparison = compareVersions(job(before, '/^ad[0-9]+\\./\n||198.51.100.0/24^\n', [], { format: 'adblock' }));
    assert.deepEqual(counts(comparison), { rulesBefore: 2, rulesAfter: 2, added: 1, removed: 1 });
  });

  test('are tried on the names that were answered: what the new one blocks and the old one did not', () => {
    const answered = ['www.a.example', 'b.example', 'c.example', 'x.d.example', 'ad7.e.example', 'f.example'];
    const comparison = compareVersions(
      job(
        '||b.example^\n',
        '||a.example^\n||b.example^\n@@||c.example^\n||c.example^\n|d.example^\n/^ad[0-9]+\\./\n||f.example^$dnstype=AAAA\n',
        answered,
        { format: 'adblock' },
      ),
    );
    assert.equal(comparison.answered, answered.length);
    assert.deepEqual(comparison.examples, ['www.a.example', 'ad7.e.example']);
    assert.equal(comparison.newlyBlocked, 2);
  });

  test('are tried on the types that were asked for', () => {
    const after = '||a.example^$dnstype=AAAA\n||b.example^$dnstype=HTTPS\n||c.example^$dnstype=AAAA\n';
    const answered = [answeredFor('a.example', [1, 28]), answeredFor('b.example', [65]), answeredFor('c.example')];
    const { examples } = compareVersions(job('||x.example^\n', after, answered, { format: 'adblock' }));
    assert.deepEqual(examples, ['a.example', 'b.example']);
  });

  test('are tried on the addresses that were answered, where no rule speaks of the name', () => {
    const address = (last: string): string => `00000000000000000000ffff${last}`;
    const answered = [
      answeredFor('a.example', [1], [address('c0000201')]),
      answeredFor('b.example', [1], [address('c6336401')]),
      answeredFor('allowed.example', [1], [address('c0000202')]),
      answeredFor('six.example', [28], ['20010db8000000000000000000000001']),
      answeredFor('before.example', [1], [address('cb007101')]),
    ];
    const before = '||203.0.113.0/24^\n@@||allowed.example^\n';
    const after = `${before}||192.0.2.0/24^\n||2001:db8::/32^\n||198.51.100.2^\n`;
    const { examples, newlyBlocked } = compareVersions(job(before, after, answered, { format: 'adblock' }));
    assert.deepEqual(examples, ['a.example', 'six.example']);
    assert.equal(newlyBlocked, 2);
  });

  test('of an allow list: what is no longer allowed', () => {
    const list = { action: 'allow' } as const;
    const comparison = compareVersions(
      job('a.example\nb.example\n', 'b.example\nc.example\n', ['a.example', 'c.example'], list),
    );
    assert.deepEqual(comparison.examples, ['a.example']);
  });

  test('names that are cut short or are none end what is tried, and nothing else', () => {
    const whole = job('x.example\n', 'a.example\n', ['a.example']);
    for (const garbage of [[3, 97], [255], [1, 97], new Array(600).fill(1)])
      assert.equal(
        compareVersions({ ...whole, answered: Buffer.concat([whole.answered, Uint8Array.from(garbage)]) }).answered,
        1,
      );
  });

  test('are compared in a helper process, which says why where it cannot', async () => {
    const comparisons = new VersionComparisons(HASH_KEY, async () => packAnswered([answeredFor('a.example')]));
    const request = job('x.example\n', 'a.example\n', []);
    const [compared, failed] = await Promise.all([
      comparisons.compare(request),
      comparisons.compare({ ...request, after: { path: join(directory.path, 'none'), names: 0 } }),
    ]);
    assert.ok(typeof compared === 'object');
    assert.deepEqual([compared.answered, compared.newlyBlocked], [1, 1]);
    assert.match(String(failed), /none cannot be read/);
  });

  test('are compared soon where a list has many conditions or responses for one name', {
    timeout: 120_000,
  }, async () => {
    const many = 100_000;
    const clients = Array.from({ length: many }, (_, index) => `||a.example^$client=c${index}\n`).join('');
    const answers = Array.from({ length: many }, (_, index) => `||a.example^$dnsrewrite=n${index}.example\n`).join('');
    const comparisons = new VersionComparisons(HASH_KEY, async () => packAnswered([]), 60_000);
    const compared = await comparisons.compare(job('||x.example^\n', clients + answers, [], { format: 'adblock' }));
    assert.ok(typeof compared === 'object', String(compared));
    assert.deepEqual([compared.rulesAfter, compared.added, compared.leadingAfter], [2 * many, 2 * many, many]);
  });

  test('take no longer than they may, so that others come to theirs', async () => {
    const comparisons = new VersionComparisons(HASH_KEY, async () => packAnswered([]), 1);
    const request = job('x.example\n', 'a.example\n', []);
    assert.deepEqual(await Promise.all([comparisons.compare(request), comparisons.compare(request)]), [
      TOOK_TOO_LONG,
      TOOK_TOO_LONG,
    ]);
  });

  test('are not compared any more once that was stopped', async () => {
    const comparisons = new VersionComparisons(HASH_KEY, async () => new Uint8Array(0));
    const running = comparisons.compare(job('x.example\n', 'a.example\n', []));
    comparisons.stop();
    await assert.rejects(running, /stopped/);
    await assert.rejects(comparisons.compare(job('x.example\n', 'a.example\n', [])), /stopped/);
  });
});
