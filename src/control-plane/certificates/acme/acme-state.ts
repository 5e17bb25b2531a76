// What is remembered of each certificate over restarts: failures and when to try again, when to renew. Owns
// state_dir/acme/certificates.json. A damaged file is as good as none: then everything is tried anew, once.

import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { writeFileAtomically } from '../../state-directory/write-file-atomically.ts';
import { ACME_FOLDER } from './account.ts';

const MOMENT = z.number().min(0).max(8.64e15);
const REMEMBERED = z.object({
  /** Of the settings that the failures belong to: whoever changes them is tried at once. */
  settingsId: z.string(),
  failuresInARow: z.int().min(0).max(1_000_000),
  lastError: z.object({ at: MOMENT, message: z.string().max(4_000) }).optional(),
  retryAt: MOMENT.optional(),
  plan: z
    .object({
      serialNumber: z.string(),
      renewAt: MOMENT,
      window: z.object({ startAt: MOMENT, endAt: MOMENT }).optional(),
    })
    .optional(),
});
const FILE = z.object({ version: z.literal(1), certificates: z.record(z.string(), REMEMBERED) });

export type Remembered = z.output<typeof REMEMBERED>;

const FILE_BYTES_MAX = 4_000_000;

export class AcmeState {
  readonly #path: string;
  readonly #certificates: Map<string, Remembered>;
  readonly #log: (level: 'warn', message: string) => void;

  constructor(stateDirectory: string, log: (level: 'warn', message: string) => void) {
    this.#path = join(stateDirectory, ACME_FOLDER, 'certificates.json');
    this.#log = log;
    this.#certificates = this.#read();
  }

  get(certificateId: string): Remembered | undefined {
    return this.#certificates.get(certificateId);
  }

  /** Forgets what belongs to certificates that are in the settings no longer. */
  keepOnly(certificateIds: ReadonlySet<string>): void {
    for (const id of this.#certificates.keys()) if (!certificateIds.has(id)) this.#certificates.delete(id);
  }

  /** A state that cannot be written is told, and holds until the next start. */
  set(certificateId: string, remembered: Remembered): void {
    this.#certificates.set(certificateId, remembered);
    try {
      mkdirSync(join(this.#path, '..'), { recursive: true, mode: 0o700 });
      const file = { version: 1, certificates: Object.fromEntries(this.#certificates) };
      writeFileAtomically(this.#path, `${JSON.stringify(file, null, 1)}\n`, 0o600);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      this.#log('warn', `${this.#path} cannot be written (${code ?? message}); a restart would forget it`);
    }
  }

  #read(): Map<string, Remembered> {
    let text: string;
    try {
      text = readFileSync(this.#path, 'utf8');
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOENT') this.#log('warn', `${this.#path} cannot be read (${code}); going without it`);
      return new Map();
    }
    try {
      if (text.length > FILE_BYTES_MAX) throw new Error('too large');
      return new Map(Object.entries(FILE.parse(JSON.parse(text)).certificates));
    } catch {
      this.#log('warn', `${this.#path} is damaged; going without what it remembered of certificates`);
      return new Map();
    }
  }
}
