import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freePorts } from '../../../../test/peers/free-ports.ts';
import type { Circumstances } from '../circumstances.ts';
import type { Endpoint } from '../endpoints.ts';
import { ports } from './ports.ts';

test('ports of which the same is to be said share its lines', async () => {
  const closed = await freePorts(3);
  const endpointOf = (address: string, port: number, isHere: boolean): Endpoint => ({
    kind: 'tcp',
    address,
    port,
    isOfWildcard: false,
    isHere,
  });
  const here = closed.map((port) => endpointOf('127.0.0.1', port, true));
  const endpoints = [...here, endpointOf('192.0.2.9', 53, false)];
  const circumstances: Partial<Circumstances> = { endpoints, gateway: { kind: 'silent', reason: '' } };
  const findings = await ports.examine(circumstances as Circumstances);
  const places = closed.map((port) => `127.0.0.1:${port}`).join(', ');
  const [refused, foreign, ...others] = findings.map(({ verdict, sentence }) => `${verdict} ${sentence}`);
  assert.ok(refused!.startsWith(`fail plain DNS over TCP at ${places}: connection refused`), refused!);
  assert.equal(foreign, 'fail plain DNS over TCP at 192.0.2.9:53: this is no address of this machine');
  assert.deepEqual(others, []);
});
