// A run that does not count: answers were wrong, or missing.

export class VoidRun extends Error {
  override readonly name = 'VoidRun';
}
