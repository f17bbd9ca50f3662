export interface Keys {
  has(key: string): boolean
}

/** The name, or one with underscores after it. */
export function freeName(name: string, taken: Keys): string {
  let free = name
  while (taken.has(free)) free += '_'
  return free
}

/** Keeps the keys of one object apart that have become the same: by counting up. */
export class FreeKeys {
  readonly #taken: Keys
  /** Those that were given, and how often they were asked for. */
  readonly #given = new Map<string, number>()

  constructor(taken: Keys) {
    this.#taken = taken
  }

  /** The key, or one with a number after it. */
  next(key: string): string {
    let count = (this.#given.get(key) ?? 0) + 1
    let free = count === 1 ? key : `${key}_${count}`
    while (this.#given.has(free) || this.#taken.has(free)) free = `${key}_${++count}`
    this.#given.set(key, count)
    if (free !== key) this.#given.set(free, 1)
    return free
  }
}
