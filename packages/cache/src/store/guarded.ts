/** A value that cannot be frozen: whoever reads it gets one of his own. */
export class Guarded {
  /** What is held: never given out. */
  readonly content: unknown
  readonly #copy: (content: never) => unknown

  constructor(content: unknown, copy: (content: never) => unknown) {
    this.content = content
    this.#copy = copy
  }

  read(): unknown {
    return this.#copy(this.content as never)
  }
}

/** The value of what {@link isolate} made: one that nobody else can change. */
export function reveal(held: unknown): unknown {
  return typeof held === 'object' && held instanceof Guarded ? held.read() : held
}
