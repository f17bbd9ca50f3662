import type { Reply } from '../connection/connection.js'
import { partsOf, textOf } from './auth-connection.js'

/** The fields of a hash. */
export class Fields {
  readonly #fields = new Map<string, string>()

  /** Of the names and values that `HGETALL` gives. */
  constructor(reply: Reply) {
    const parts = partsOf(reply)
    for (let index = 0; index < parts.length; index += 2)
      this.#fields.set(textOf(parts[index]) ?? '', textOf(parts[index + 1]) ?? '')
  }

  /** A text that is always there. */
  text(name: string): string {
    return this.#fields.get(name) ?? ''
  }

  /** A text that may be absent. */
  optional(name: string): string | undefined {
    return this.#fields.get(name)
  }

  /** A time, in milliseconds since 1970. */
  time(name: string): number {
    return Number(this.#fields.get(name))
  }

  /** A time that may be absent. */
  optionalTime(name: string): number | undefined {
    const text = this.#fields.get(name)
    return text === undefined ? undefined : Number(text)
  }
}
