import { copyOf } from '../text/copy-of.js'
import type { Attributes } from './attributes.js'

/** What comes after a name and a value. */
class Step<Series> {
  /** Most steps are followed by one name alone: it is compared, the others are looked up. */
  name: string | undefined
  readonly values = new Map<unknown, Step<Series>>()
  others: Map<string, Map<unknown, Step<Series>>> | undefined
  series: Series | undefined

  next(name: string, value: unknown): Step<Series> | undefined {
    return name === this.name ? this.values.get(value) : this.others?.get(name)?.get(value)
  }

  make(name: string, value: unknown): Step<Series> {
    const step = new Step<Series>()
    this.name ??= name
    this.#valuesOf(name).set(typeof value === 'string' ? copyOf(value) : value, step)
    return step
  }

  #valuesOf(name: string): Map<unknown, Step<Series>> {
    if (name === this.name) return this.values
    this.others ??= new Map()
    const values = this.others.get(name) ?? new Map<unknown, Step<Series>>()
    this.others.set(name, values)
    return values
  }
}

/**
 * Leads from attributes, as they come, to their series: a step for each name and value, so that no text is put together for a
 * measurement.
 */
export class SeriesPaths<Series> {
  readonly #root = new Step<Series>()

  /** Of a path that was learnt, also by names that are inherited: to ask would slow down each measurement. @throws whatever a getter throws. */
  find(attributes: Attributes): Series | undefined {
    let step: Step<Series> | undefined = this.#root
    for (const name in attributes) {
      const value = attributes[name]
      if (value === undefined) continue
      step = step.next(name, value)
      if (step === undefined) return undefined
    }
    return step.series
  }

  /** Remembers it, unless an object among the values may become something else, or a name is inherited, which a series has none of. */
  learn(attributes: Attributes, series: Series): void {
    let step = this.#root
    for (const name in attributes) {
      if (!Object.hasOwn(attributes, name)) return
      const value: unknown = attributes[name]
      if (value === undefined) continue
      if (typeof value === 'object' || typeof value === 'function') return
      step = step.next(name, value) ?? step.make(name, value)
    }
    step.series = series
  }
}
