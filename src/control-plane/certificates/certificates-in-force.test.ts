import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { makeCertificate } from '../../../test/fixtures/make-certificate.ts';
import { makeWeakChain } from '../../../test/fixtures/weak-chain.ts';
import type { CertificateSnapshot } from '../../plane-messages/thread-start.ts';
import { CertificatesInForce } from './certificates-in-force.ts';

function snapshot(name: string): CertificateSnapshot {
  const { keyPem, certPem, remove } = makeCertificate({ names: [name] });
  remove();
  return { names: [name], keyPem, chainPem: certPem };
}

describe('the certificates in force', () => {
  const [one, other, newer] = ['one.example', 'other.example', 'one.example'].map(snapshot);
  const initial = [one!, other!];

  test('one that TLS refuses is not published, and does not keep its neighbors from being renewed', async () => {
    const published: (readonly CertificateSnapshot[])[] = [];
    const inForce = new CertificatesInForce(initial, async (list) => void published.push(list));
    const weak = { names: ['other.example'], ...makeWeakChain('other.example') };
    await assert.rejects(inForce.replace(1, weak), {
      code: 'CERTIFICATE',
      message: /^the certificate for other\.example cannot be used: .*too small/,
    });
    assert.deepEqual([inForce.current, published], [initial, []]);
    await inForce.replace(0, newer!);
    assert.deepEqual(published, [[newer, other]]);
  });

  test('one that a thread refuses is taken back everywhere; what came for other places stays', async () => {
    const published: (readonly CertificateSnapshot[])[] = [];
    const refusal = Promise.withResolvers<void>();
    const inForce = new CertificatesInForce(initial, (list) => {
      published.push(list);
      return published.length === 1 ? refusal.promise : Promise.resolve();
    });
    const refused = inForce.replace(0, newer!);
    const neighbor = snapshot('other.example');
    const taken = inForce.replace(1, neighbor);
    refusal.reject(new Error('no memory'));
    await assert.rejects(refused, { message: 'no memory' });
    await taken;
    await new Promise(setImmediate);
    assert.deepEqual(inForce.current, [one, neighbor]);
    assert.deepEqual(published.at(-1), [one, neighbor]);
  });

  test('one that some threads took before another refused it is taken back from them', async () => {
    const published: (readonly CertificateSnapshot[])[] = [];
    const inForce = new CertificatesInForce(initial, (list) => {
      published.push(list);
      return published.length === 1 ? Promise.reject(new Error('no memory')) : Promise.resolve();
    });
    await assert.rejects(inForce.replace(0, newer!), { message: 'no memory' });
    await new Promise(setImmediate);
    assert.deepEqual(published, [[newer, other], initial]);
  });
});
