/** What tells the series of an instrument apart. A value that is `undefined` is left out. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>

/** A name and a value, both texts. */
export type Label = readonly [name: string, value: string]

/**
 * One text for one set of attributes, in the order in which they come: no two sets have the same.
 *
 * @throws whatever a getter throws.
 */
export function keyOf(attributes: Attributes): string {
  let key = ''
  for (const name in attributes) {
    const value = attributes[name]
    if (value === undefined) continue
    const text = typeof value === 'string' ? value : textOf(value)
    key += `${name.length}:${name}${text.length}:${text}`
  }
  return key
}

/** Sorted by name, so that the order in which they came does not matter; in Unicode that every reader takes. */
export function labelsOf(attributes: Attributes): Label[] {
  return Object.keys(attributes)
    .filter((name) => attributes[name] !== undefined)
    .sort()
    .map((name) => [name, textOf(attributes[name]).replace(/\p{Surrogate}/gu, '\ufffd')])
}

/** The same, with what a getter or a proxy does not give replaced. */
export function readableOf(attributes: Attributes): Attributes {
  const found: Record<string, string | undefined> = Object.create(null)
  for (const name of namesOf(attributes)) {
    try {
      const value = attributes[name]
      found[name] = value === undefined ? undefined : textOf(value)
    } catch {
      found[name] = UNREADABLE
    }
  }
  return found
}

const UNREADABLE = 'unreadable'

function namesOf(attributes: Attributes): string[] {
  try {
    return Object.keys(attributes)
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
