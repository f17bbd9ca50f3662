/** What tells the series of an instrument apart. A value that is `undefined` is left out. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>

/** A name and a value, both texts. */
export type Label = readonly [name: string, value: string]

/** Sorted by name, so that the order in which they came does not matter; in Unicode that every reader takes. */
export function labelsOf(attributes: Attributes): Label[] {
  return Object.keys(attributes)
    .filter((name) => attributes[name] !== undefined)
    .sort()
    .map((name) => [name, textOf(attributes[name]).replace(/\p{Surrogate}/gu, '\ufffd')])
}

/** The same of whatever was given. Never throws. */
export function readableLabels(attributes: unknown): Label[] {
  try {
    return labelsOf(attributes as Attributes)
  } catch {
    return labelsOf(readableOf(attributes))
  }
}

/** The attributes, with what a getter or a proxy does not give replaced. */
export function readableOf(attributes: unknown): Attributes {
  const found: Record<string, string | undefined> = Object.create(null)
  for (const name of namesOf(attributes)) {
    try {
      const value = (attributes as Attributes)[name]
      found[name] = value === undefined ? undefined : textOf(value)
    } catch {
      found[name] = UNREADABLE
    }
  }
  return found
}

const UNREADABLE = 'unreadable'

function namesOf(attributes: unknown): string[] {
  try {
    return Object.keys(attributes as object)
  } catch {
    return []
  }
}

/** Of whatever JavaScript gives, for a metric must not break what it measures. */
export function textOf(value: unknown): string {
  try {
    return String(value)
  } catch {
    return UNREADABLE
  }
}
