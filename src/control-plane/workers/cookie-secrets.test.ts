import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { CookieSnapshot } from '../../plane-messages/thread-start.ts';
import { CookieSecrets } from './cookie-secrets.ts';

const hexOf = (octets: Uint8Array) => Buffer.from(octets).toString('hex');

describe('secrets of server cookies', () => {
  test('E13 a roll makes the new secret known to all before anyone makes cookies with it, and keeps the old one known', async () => {
    const secrets = new CookieSecrets('answer');
    const { signing: before } = secrets.snapshot;
    const published: CookieSnapshot[] = [];
    await secrets.roll(async (snapshot) => void published.push(snapshot));
    const [announced, inForce] = published;
    assert.ok(announced !== undefined && inForce !== undefined && published.length === 2);
    assert.equal(hexOf(announced.signing), hexOf(before));
    assert.equal(hexOf(inForce.signing), hexOf(announced.other));
    assert.equal(hexOf(inForce.other), hexOf(before));
    assert.notEqual(hexOf(inForce.signing), hexOf(before));
    assert.equal(secrets.snapshot, inForce);
  });

  test('E13 a thread that starts in the middle of a roll is given the secret that is announced', async () => {
    const secrets = new CookieSecrets('require');
    await secrets.roll(async (snapshot) => assert.equal(secrets.snapshot, snapshot));
    assert.equal(secrets.snapshot.mode, 'require');
  });

  test('E13 they are rolled once a day', (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] });
    const secrets = new CookieSecrets('answer');
    let publications = 0;
    secrets.start(async () => void publications++);
    t.mock.timers.tick(86_399_000);
    assert.equal(publications, 0);
    t.mock.timers.tick(1_000);
    assert.equal(publications, 1);
    secrets.stop();
    t.mock.timers.tick(86_400_000);
    assert.equal(publications, 1);
  });

  test('with cookies off there is nothing to roll', (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] });
    const secrets = new CookieSecrets('off');
    secrets.start(async () => assert.fail('published'));
    t.mock.timers.tick(86_400_000);
    secrets.stop();
  });

  test('two installations, and two starts of one, have different secrets', () => {
    const secrets = [new CookieSecrets('answer'), new CookieSecrets('answer')].flatMap(({ snapshot }) => [
      hexOf(snapshot.signing),
      hexOf(snapshot.other),
    ]);
    assert.equal(new Set(secrets).size, 4);
    assert.ok(secrets.every((secret) => secret.length === 32));
  });
});
