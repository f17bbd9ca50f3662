import { InvalidOptionError } from '@base/core/errors'

const DEFAULT_NAME = 'tokens'

/** Options of {@link Tokens}; checked and read once, at construction. */
export interface TokensOptions {
  /** Names it in errors, events and telemetry; not empty. @defaultValue 'tokens' */
  readonly name?: string
}

/**
 * Says in one sentence what it does and when to reach for it.
 *
 * Then what it promises (order, boundaries), and what it does not.
 *
 * @example
 * const tokens = new Tokens({ name: 'payments' })
 * tokens.name // 'payments'
 *
 * @throws {@link InvalidOptionError} from the constructor, naming the option.
 */
export class Tokens {
  /** Names it in errors, events and telemetry. */
  readonly name: string

  constructor(options: TokensOptions = {}) {
    this.name = checkName(options.name ?? DEFAULT_NAME)
  }
}

function checkName(name: unknown): string {
  if (typeof name === 'string' && name !== '') return name
  throw new InvalidOptionError({
    package: '@base/auth',
    pattern: 'Tokens',
    option: 'name',
    allowed: 'a text that is not empty',
    received: name,
  })
}
