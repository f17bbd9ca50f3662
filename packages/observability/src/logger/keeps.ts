import type { Emitter } from './emitter.js'
import type { Instance } from './pino-instance.js'

/** Where a logger says whether it has a use for lines that it does not print; the same in all copies of this package. */
const KEEPS: unique symbol = Symbol.for('@base/observability/keeps') as typeof KEEPS

/** A logger that says so. */
interface Keeping {
  [KEEPS]?(level: string): boolean
}

/** Has a logger say so, and all its children: also to who asks for a level before he puts a line of it together. */
export function sayWhatIsKept(root: Instance, emitter: Emitter): void {
  const { isLevelEnabled } = root
  const valueIn = ({ levels }: Instance, level: string) => levels.values[level] ?? 0
  Object.assign(root, {
    [KEEPS](this: Instance, level: string): boolean {
      const value = valueIn(this, level)
      // Nothing is kept for one that is silent.
      return value < this.levelVal && this.levelVal !== Number.POSITIVE_INFINITY && emitter.wants(value)
    },
    isLevelEnabled(this: Instance, level: string): boolean {
      return isLevelEnabled.call(this, level) || (isKept(this, level) && emitter.holds(valueIn(this, level)))
    },
  })
}

/** Whether a line of the level is of use to a logger that does not print it: to its buffer, or to the sampling of traces. */
export function isKept(logger: object, level: string): boolean {
  return (logger as Keeping)[KEEPS]?.(level) === true
}
