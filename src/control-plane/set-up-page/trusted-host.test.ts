import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isTrustedHost } from './trusted-host.ts';

const NAMES = new Set(['dns.example.org', 'gateway']);

test('addresses and our own names are trusted, with and without port', () => {
  for (const host of [
    '127.0.0.1',
    '192.168.1.2:8053',
    '[::1]:8053',
    '[fd00::2]',
    'localhost:8053',
    'LOCALHOST',
    'dns.example.org',
    'DNS.Example.org.:8053',
    'gateway:8053',
  ])
    assert.equal(isTrustedHost(host, NAMES), true, host);
});

test('names of others are not, nor what is no host at all', () => {
  for (const host of [
    undefined,
    '',
    'evil.example',
    'evil.example:8053',
    'dns.example.org.evil.example',
    '127.0.0.1.evil.example',
    'evil.example/dns.example.org',
    'user@dns.example.org',
    '127.0.0.1:8053:80',
    '[evil]',
    '[127.0.0.1]',
    '0x7f000001',
    '1.2.3',
    'localhost.evil.example',
  ])
    assert.equal(isTrustedHost(host, NAMES), false, String(host));
});
