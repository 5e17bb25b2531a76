// Why a list could not be brought up to date, in a sentence for the operator and a kind that decides when to try again.

export type ListFailureKind =
  /** The server was not reached, or the transfer broke off: worth another try as soon as the network is back. */
  | 'network'
  /** The server answered, but not with the list. */
  | 'answer'
  | 'too-large'
  /** What came is no list. */
  | 'garbage'
  /** The operator's file is missing or unreadable. */
  | 'file'
  /** The state directory cannot be written. */
  | 'disk';

export class ListFailure extends Error {
  override readonly name = 'ListFailure';
  readonly kind: ListFailureKind;
  /** What the server wants to have in peace before the next try. */
  readonly retryAfterMilliseconds: number | undefined;

  /** `reason` stays the same while the cause does: the log tells a change of it. */
  constructor(
    kind: ListFailureKind,
    reason: string,
    options: ErrorOptions & { readonly retryAfterMilliseconds?: number | undefined } = {},
  ) {
    super(reason, options);
    this.kind = kind;
    this.retryAfterMilliseconds = options.retryAfterMilliseconds;
  }
}

export function asListFailure(error: unknown): ListFailure {
  if (error instanceof ListFailure) return error;
  return new ListFailure('network', error instanceof Error ? error.message : String(error), { cause: error });
}

const DISK_REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the file system is read-only',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EIO: 'the disk reports an error',
};

/** Turns an error of the file system, met while writing `path`, into a failure; any other error is passed through. */
export function diskFailure(error: unknown, path: string): unknown {
  if (!isSystemError(error)) return error;
  return new ListFailure('disk', `${path} cannot be written: ${DISK_REASONS[error.code] ?? error.code}`, {
    cause: error,
  });
}

/** A sentence's end for an error of the file system: what is wrong with the file. */
export function fileReason(error: unknown): string {
  if (!isSystemError(error)) return String(error);
  return error.code === 'ENOENT' ? 'no such file' : (DISK_REASONS[error.code] ?? error.code);
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException & { code: string } {
  return error instanceof Error && typeof (error as NodeJS.ErrnoException).code === 'string';
}
