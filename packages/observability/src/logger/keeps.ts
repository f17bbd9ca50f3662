/** Where a logger says whether it has a use for lines that it does not print; the same in all copies of this package. */
const KEEPS: unique symbol = Symbol.for('@base/observability/keeps') as typeof KEEPS

/** A logger that says so. */
interface Keeping {
  [KEEPS]?(level: string): boolean
}

/** Has a logger say so, and all its children. */
export function sayWhatIsKept(logger: object, keeps: (level: string) => boolean): void {
  Object.assign(logger, { [KEEPS]: keeps })
}

/** Whether a line of the level is of use to a logger that does not print it: to its buffer, or to the sampling of traces. */
export function isKept(logger: object, level: string): boolean {
  return (logger as Keeping)[KEEPS]?.(level) === true
}
