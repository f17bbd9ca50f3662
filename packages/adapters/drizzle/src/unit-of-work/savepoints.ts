import { type ContextKey, createContextKey, runInContext } from '@base/core/context'
import type { Savepoint } from '@base/domain/unit-of-work'

/** Sends a statement that has no result. */
type Command = (statement: string) => Promise<void>

/** What has a line of its own: parts that are begun at once come one after the other. */
class Level {
  #last: Promise<unknown> = Promise.resolve()

  take<R>(part: () => Promise<R>): Promise<R> {
    const turn = this.#last.then(part)
    this.#last = turn.catch(() => {})
    return turn
  }

  async settled(): Promise<void> {
    await this.#last
  }
}

/** A part that runs here, and the level within it. */
interface Inside {
  readonly outer: Level
  readonly inner: Level
  readonly around: Inside | undefined
}

const insideKey: ContextKey<Inside> = createContextKey('@base/drizzle/savepoint')

/**
 * The savepoints of one transaction, which has a single stack of them. Those of drizzle's `transaction` and of nested units
 * come one after the other, or one within the other; so none takes back what belongs to another.
 */
export class Savepoints {
  readonly #command: Command
  readonly #levels: Level[] = [new Level()]
  /** Settles with the part that must be alone, while there is one. */
  #alone: Promise<void> | undefined
  #count = 0

  constructor(command: Command) {
    this.#command = command
  }

  /** A nested unit: open until it is released or rolled back. */
  async open(): Promise<Savepoint> {
    const outer = this.#top
    const level = new Level()
    const name = this.#name()
    // From now on parts belong to this level, and wait for it.
    this.#levels.push(level)
    const isWithinPart = innermost(outer) !== outer
    await level.take(async () => {
      if (!isWithinPart) await outer.settled()
      await this.#command(`savepoint ${name}`)
    })
    const end = (statement: string) => async () => {
      await level.settled()
      await this.#command(statement)
      this.#levels.splice(this.#levels.indexOf(level), 1)
    }
    return { release: end(`release savepoint ${name}`), rollback: end(`rollback to savepoint ${name}`) }
  }

  /** A part: what drizzle's `transaction` within a transaction is. */
  part<R>(fn: () => Promise<R>): Promise<R> {
    const outer = innermost(this.#top)
    const around = insideKey.get()
    return outer.take(() => {
      const inside: Inside = { outer, inner: new Level(), around }
      return this.#bracketed(() => runInContext([[insideKey, inside]], fn))
    })
  }

  /** A part of ours, which waits for nobody: what others send meanwhile comes after it, so that it is not taken back with it. */
  partAlone<R>(fn: () => Promise<R>): Promise<R> {
    return innermost(this.#top).take(() =>
      this.beside(async () => {
        let end = (): void => {}
        this.#alone = new Promise((resolve) => {
          end = resolve
        })
        try {
          return await this.#bracketed(fn)
        } finally {
          this.#alone = undefined
          end()
        }
      }),
    )
  }

  /** Sends a statement at once, or after the part that must be alone. */
  async beside<R>(statement: () => Promise<R>): Promise<R> {
    while (this.#alone !== undefined) await this.#alone
    return statement()
  }

  async #bracketed<R>(fn: () => Promise<R>): Promise<R> {
    const name = this.#name()
    await this.#command(`savepoint ${name}`)
    try {
      const result = await fn()
      await this.#command(`release savepoint ${name}`)
      return result
    } catch (error) {
      // The first error counts; where the savepoint cannot be taken back the transaction is aborted anyway.
      await this.#command(`rollback to savepoint ${name}`).catch(() => {})
      throw error
    }
  }

  #name(): string {
    return `base_${++this.#count}`
  }

  get #top(): Level {
    return this.#levels.at(-1) as Level
  }
}

/** The level within all the parts of that level that this call is made in: to wait for them would be to wait for itself. */
function innermost(level: Level): Level {
  const here = insideKey.get()
  for (let inside = here; inside !== undefined; inside = inside.around)
    if (inside.outer === level) return here?.inner ?? level
  return level
}
