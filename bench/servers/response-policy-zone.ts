// A list of names as a response policy zone: what BIND and Knot Resolver take. The name and everything below it do not exist.

import { readFileSync } from 'node:fs';
import type { BlockedNames } from './server.ts';

const HEAD = `$TTL 300
@ SOA localhost. root.localhost. 1 3600 600 86400 300
@ NS localhost.
`;

export function responsePolicyZone({ path }: BlockedNames): string {
  const names = readFileSync(path, 'latin1').trimEnd().split('\n');
  return `${HEAD}${names.map((name) => `${name} CNAME .\n*.${name} CNAME .\n`).join('')}`;
}
