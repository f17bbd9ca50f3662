import { isSame } from './constant-time.js'

/** What a secret prints as, wherever it is printed. */
const PRINTED = '[secret]'

/** A registered symbol, so that two copies of core in one process recognise each other's secrets. */
const BRAND = Symbol.for('@base/core/secret')

/** A value that prints as `[secret]`, and is read on purpose only: by {@link Secret.reveal}. Made by {@link secret}. */
export interface Secret<out T> {
  /** The value itself. Call it where the value is used, as late as you can, and keep what it returns nowhere. */
  reveal(): T
  /**
   * Whether the other, a secret or a bare value, is the same. Texts and bytes are compared in constant time: no branch
   * depends on their contents, and how long it takes tells the length of the *other* only. That is the best that
   * JavaScript can do; the engine gives no guarantee. Values of any other type are compared by `Object.is`.
   */
  equals(other: unknown): boolean
  /** `'[secret]'` */
  toString(): string
  /** `'[secret]'` */
  toJSON(): string
}

/**
 * Wraps a password, a key or a token, so that it cannot be printed by mistake. It prints as `[secret]` in `String`,
 * templates, `JSON.stringify`, `util.inspect` at any depth and with any option, `console`, messages and causes of
 * errors, `Object.entries` and spread; `structuredClone` and `postMessage` give a text object `[secret]` without the
 * value. A secret is returned as it is.
 *
 * What it does not do: the value stays in memory as long as the secret does, a debugger and a heap dump show it, and
 * what `reveal` returned prints like any other value. To what compares by structure, such as `isDeepStrictEqual` and
 * `toEqual`, any two secrets are the same text: ask {@link Secret.equals}.
 *
 * @example
 * const password = secret('correct horse')
 * String(password) // '[secret]'
 * JSON.stringify({ user: 'ann', password }) // '{"user":"ann","password":"[secret]"}'
 * password.reveal() // 'correct horse'
 * password.equals('correct horse') // true
 */
export function secret<T>(value: T | Secret<T>): Secret<T> {
  return isSecret(value) ? (value as Secret<T>) : new SecretValue(value)
}

/**
 * Whether a value is a {@link Secret}, made by this copy of core or by another.
 *
 * @example
 * isSecret(secret('x')) // true
 * isSecret('x') // false
 */
export function isSecret(value: unknown): value is Secret<unknown> {
  return typeof value === 'object' && value !== null && (value as { [BRAND]?: unknown })[BRAND] === true
}

/** A text object, so that what clones it without its class still prints the same; the value is in a private field. */
class SecretValue<T> extends String implements Secret<T> {
  static {
    const hidden = { value: true, enumerable: false }
    Object.defineProperty(SecretValue.prototype, BRAND, hidden)
    Object.defineProperty(SecretValue.prototype, Symbol.for('nodejs.util.inspect.custom'), {
      ...hidden,
      value: () => PRINTED,
    })
  }

  readonly #value: T

  constructor(value: T) {
    super(PRINTED)
    this.#value = value
    Object.freeze(this)
  }

  reveal(): T {
    return this.#value
  }

  equals(other: unknown): boolean {
    return isSame(this.#value, isSecret(other) ? other.reveal() : other)
  }

  toJSON(): string {
    return PRINTED
  }
}
