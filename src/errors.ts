// Every failure an operator can meet, with a stable code, an exit code and what to do about it.

export const ERROR_CATALOG = {
  USAGE: { exitCode: 2, meaning: 'The command line is wrong.' },
  CONFIG_UNREADABLE: { exitCode: 2, meaning: 'The configuration file cannot be read.' },
  CONFIG_INVALID: { exitCode: 2, meaning: 'The configuration has faults; all of them are listed.' },
  ADDRESS_IN_USE: { exitCode: 1, meaning: 'Another program already listens on a configured address.' },
  ADDRESS_NOT_PERMITTED: { exitCode: 1, meaning: 'The right to bind a configured address is missing.' },
  ADDRESS_UNAVAILABLE: { exitCode: 1, meaning: 'A configured address does not exist on this machine.' },
  STATE_DIRECTORY: { exitCode: 1, meaning: 'The state directory cannot be made or written.' },
  STATE_LOCKED: { exitCode: 1, meaning: 'Another gateway already uses this state directory.' },
  CERTIFICATE: { exitCode: 1, meaning: 'A certificate or key is missing, unreadable or does not fit.' },
  USER_UNKNOWN: { exitCode: 1, meaning: 'server.user does not exist on this machine.' },
  USER_NOT_PERMITTED: { exitCode: 1, meaning: 'This process cannot become server.user, or not for good.' },
  USER_CANNOT_ACCESS: { exitCode: 1, meaning: 'server.user could not work with the files it needs.' },
  PRIVILEGES_NEED_KOFFI: {
    exitCode: 1,
    meaning: 'Without koffi, ports below 1024 cannot be kept after dropping privileges.',
  },
  LIST_UNREADABLE: { exitCode: 1, meaning: 'A list file cannot be read.' },
  THREAD_START: { exitCode: 1, meaning: 'A query thread could not be started.' },
  NO_ANSWER: { exitCode: 1, meaning: 'A server that was asked gave no answer.' },
  GATEWAY_SILENT: { exitCode: 1, meaning: 'The running gateway does not answer on its control socket.' },
  GATEWAY_FORBIDDEN: { exitCode: 1, meaning: 'This user may not talk to the running gateway, or read what it left.' },
  FILE_UNWRITABLE: { exitCode: 1, meaning: 'A file that a command was asked to write cannot be written.' },
  NOTHING_COMPILED: { exitCode: 1, meaning: 'No gateway runs, and none has left compiled lists.' },
} as const;

export type ErrorCode = keyof typeof ERROR_CATALOG;

/** An error whose message is written for the operator: what is wrong, where, what would be right. Shown without a stack. */
export class OperatorError extends Error {
  override readonly name = 'OperatorError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  get exitCode(): number {
    return ERROR_CATALOG[this.code].exitCode;
  }
}
