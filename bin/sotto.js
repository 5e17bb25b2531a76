#!/usr/bin/env node
// Starts the compiled program where there is one (the npm package), else the sources (a clone).

import { existsSync } from 'node:fs';
import { enableCodeCache } from './code-cache.js';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 24 || (major === 24 && minor < 15)) {
  console.error(`sotto needs Node.js 24.15 or newer; this is ${process.versions.node}.`);
  console.error('In a clone, "npm start" and "npx sotto" use the Node.js that "npm ci" brought along.');
  process.exit(1);
}

// Who reads along may stop early: sotto query example.org | head -1. What else there is to say is lost; the exit code is not.
process.stdout.on('error', (error) => {
  if (error.code !== 'EPIPE') throw error;
});

enableCodeCache();
const compiled = new URL('../dist/cli/main.js', import.meta.url);
const { main } = await import(
  existsSync(compiled) ? compiled.href : new URL('../src/cli/main.ts', import.meta.url).href
);
process.exitCode = await main(process.argv.slice(2));
