// What a reader says about a buffer that is no block table, or no longer one.

export class BlockTableDamaged extends Error {
  override readonly name = 'BlockTableDamaged';
}
