// All guides speak of one gateway, lead to pages that are there, and name commands and settings that sotto has.

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { helpFor } from '../../src/cli/help.ts';

const FOLDER = join(import.meta.dirname, '..', '..', 'docs', 'clients');
const GUIDES = readdirSync(FOLDER).map((file) => ({ file, text: readFileSync(join(FOLDER, file), 'utf8') }));

describe('the guides', () => {
  test('every link leads to a page that is there, and every guide is linked from the first', () => {
    for (const { file, text } of GUIDES)
      for (const [, target] of text.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g))
        assert.ok(existsSync(join(FOLDER, dirname(file), target!)), `${file} links ${target}`);
    const overview = GUIDES.find(({ file }) => file === 'README.md')!.text;
    for (const { file } of GUIDES) assert.ok(file === 'README.md' || overview.includes(`](${file})`), file);
  });

  test('every URL of the gateway is the one that the gateway serves', () => {
    for (const { file, text } of GUIDES)
      for (const [url] of text.matchAll(/https:\/\/dns\.example\.(?:org|com)[^\s`"'),]*/g))
        assert.match(url, /^https:\/\/dns\.example\.org(?:\/dns-query(?:\/kitchen-tablet)?)?$/, file);
  });

  test('every option of sotto profile and every command of sotto that they show is one that there is', () => {
    const help = helpFor('profile');
    const { text: apple } = GUIDES.find(({ file }) => file === 'apple.md')!;
    for (const [, option] of apple.matchAll(/`(--[a-z-]+)/g)) assert.ok(help.includes(`  ${option}`), String(option));
    for (const { file, text } of GUIDES) {
      const code = [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap(([, block]) => block!.split('\n'));
      const inline = [...text.matchAll(/`(sotto [^`]+)`/g)].map(([, words]) => words!);
      for (const line of [...code, ...inline].filter((it) => it.startsWith('sotto ')))
        assert.notEqual(helpFor(line.split(' ')[1] ?? ''), helpFor(''), `${file}: ${line}`);
    }
  });
});
