import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Endpoint } from '../endpoints.ts';
import { type Place, silenceFinding } from './lead.ts';

const ADDRESS = '203.0.113.5';
const PUBLISHED: Place = {
  title: 'dns.example.org',
  address: ADDRESS,
  isToldAtHome: true,
  isPublished: true,
  kind: 'dot',
  port: 853,
};

/** DNS over TLS at `places`, DNS over HTTPS at port 443. */
function sayOf(place: Place, places: readonly (readonly [string, number])[], isOurs = false): string {
  const endpointOf = (kind: 'dot' | 'doh', address: string, port: number): Endpoint => ({
    kind,
    address,
    port,
    isOfWildcard: false,
    isHere: true,
  });
  const endpoints = [
    endpointOf('doh', ADDRESS, 443),
    ...places.map(([address, port]) => endpointOf('dot', address, port)),
  ];
  const { verdict, sentence, advice } = silenceFinding(place, 'ECONNREFUSED', endpoints, isOurs);
  return [`${verdict} ${sentence}`, ...advice].join('\n');
}

describe('no answer where a name leads', () => {
  test('is unknown of a published address, where a firewall may lead the port to another one of the gateway', () => {
    const text = sayOf(PUBLISHED, [[ADDRESS, 8853]]);
    assert.match(
      text,
      /^unknown dns\.example\.org leads to 203\.0\.113\.5 .* does not answer: nothing listens there .* firewall leads the port to port 8853,/,
    );
    assert.match(text, /^without one: listen there as well: dot = \[":853"\]/m);
  });
  test('fails where the address is told at home alone', () => {
    const text = sayOf({ ...PUBLISHED, isPublished: false }, [[ADDRESS, 8853]]);
    assert.match(text, /^fail dns\.example\.org leads to 203\.0\.113\.5 at home, but/);
  });
  test('fails where the gateway has the port at another address', () => {
    for (const other of ['203.0.113.6', '127.0.0.1'])
      assert.match(
        sayOf(PUBLISHED, [
          [other, 853],
          [ADDRESS, 8853],
        ]),
        /^fail .*\n.*\n.*\na rule of this machine's firewall/s,
      );
  });
  test('fails where all other ports are for this machine alone', () => {
    assert.match(sayOf(PUBLISHED, [['127.0.0.1', 8853]]), /^fail /);
  });
  test('fails where the gateway says that it listens there', () => {
    assert.match(sayOf(PUBLISHED, [[ADDRESS, 853]], true), /^fail .*\nsee the findings under "ports"$/);
  });
});
