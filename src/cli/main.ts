// The command line: finds the command, shows help, turns errors into sentences and exit codes.

import { nearestKey } from '../control-plane/settings/nearest-key.ts';
import { OperatorError } from '../errors.ts';
import { helpFor } from './help.ts';
import { visible } from './visible-text.ts';

/** One command. `args` are the words behind its name; returns the exit code. */
export type Command = (args: readonly string[]) => Promise<number>;

/** Loaded when called, so that each starts with what it needs. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  run: async () => (await import('./run.ts')).run,
  check: async () => (await import('./check.ts')).check,
  query: async () => (await import('./query.ts')).query,
  explain: async () => (await import('./explain.ts')).explain,
  cache: async () => (await import('./cache.ts')).cache,
  cert: async () => (await import('./cert.ts')).cert,
  lists: async () => (await import('./lists.ts')).lists,
  pause: async () => (await import('./pause.ts')).pause,
  resume: async () => (await import('./pause.ts')).resume,
  doctor: async () => (await import('./doctor.ts')).doctor,
  profile: async () => (await import('./profile.ts')).profile,
};

export async function main(args: readonly string[]): Promise<number> {
  try {
    if (asksForHelp(args)) {
      console.log(helpFor(args.find((word) => Object.hasOwn(COMMANDS, word)) ?? ''));
      return 0;
    }
    const [name, ...rest] = args;
    if (name === '--version' || name === '-v') {
      console.log(await version());
      return 0;
    }
    // "help" got here with a word that has none.
    const command = await commandCalled(name === 'help' ? rest[0]! : name!);
    return await command(rest);
  } catch (error) {
    return complain(error);
  }
}

/** No word at all, "help", or --help wherever it stands. */
function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  const words = end < 0 ? args : args.slice(0, end);
  if (args.length === 0 || words.includes('--help') || words.includes('-h')) return true;
  return words[0] === 'help' && (words.length === 1 || Object.hasOwn(COMMANDS, words[1]!));
}

/** Throws OperatorError USAGE. */
async function commandCalled(name: string): Promise<Command> {
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (load !== undefined) return await load();
  const names = Object.keys(COMMANDS);
  const nearest = nearestKey(name, names);
  const advice = nearest === undefined ? `commands: ${names.join(', ')}` : `did you mean "sotto ${nearest}"?`;
  if (name.startsWith('-')) {
    const form = 'options stand behind the command: sotto run --config FILE';
    throw new OperatorError('USAGE', `${visible(name)} is not a command; ${form}`);
  }
  throw new OperatorError('USAGE', `there is no command "${visible(name)}"; ${advice}`);
}

/** An operator's error is a sentence; anything else is a bug and keeps its stack. */
function complain(error: unknown): number {
  if (error instanceof OperatorError) {
    console.error(`sotto: ${error.message}`);
    return error.exitCode;
  }
  console.error('sotto: an error of its own; please report it:', error);
  return 1;
}

async function version(): Promise<string> {
  const description = await import('../../package.json', { with: { type: 'json' } });
  return `sotto ${description.default.version} on Node.js ${process.versions.node}`;
}
