import type { Expression } from '@base/core/expression'

/** An expression without what turns it round, and whether that is to hold. */
export interface Claim {
  /** The same for those of the same structure. */
  readonly key: number
  /** Greater than that of each of its parts. */
  readonly size: number
  readonly holds: boolean
}

const OPPOSITES: Partial<Record<string, string>> = {
  notEquals: 'equals',
  isNotIn: 'isIn',
  isNotNull: 'isNull',
}

/** What the parts of one expression claim; each is looked at once. */
export class Claims {
  readonly #claims = new Map<Expression, Claim>()
  /** By structure: the text of a leaf, or what a junction makes of its parts' keys. */
  readonly #keys = new Map<unknown, number>()

  of(expression: Expression): Claim {
    const known = this.#claims.get(expression)
    if (known !== undefined) return known
    const claim = this.#claimOf(expression)
    this.#claims.set(expression, claim)
    return claim
  }

  #claimOf(expression: Expression): Claim {
    switch (expression.op) {
      case 'not': {
        const { key, size, holds } = this.of(expression.of)
        return { key, size, holds: !holds }
      }
      case 'and':
      case 'or': {
        const parts = expression.of.map((part) => this.of(part))
        const structure = parts.map(({ key, holds }) => (holds ? key : `!${key}`))
        const size = parts.reduce((sum, part) => sum + part.size, 1)
        return { key: this.#keyOf(`${expression.op} ${structure}`), size, holds: true }
      }
      default: {
        const op = OPPOSITES[expression.op]
        // Two functions of one name are not one.
        const structure =
          expression.op === 'satisfies'
            ? expression
            : JSON.stringify({ ...expression, op: op ?? expression.op })
        return { key: this.#keyOf(structure), size: 1, holds: op === undefined }
      }
    }
  }

  #keyOf(structure: unknown): number {
    const key = this.#keys.get(structure) ?? this.#keys.size
    this.#keys.set(structure, key)
    return key
  }
}
