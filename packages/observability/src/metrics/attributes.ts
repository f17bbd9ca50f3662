/** What tells the series of an instrument apart. A value that is `undefined` is left out. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>

/** A name and a value, both texts. */
export type Label = readonly [name: string, value: string]

const UNREADABLE = 'unreadable'

/**
 * The labels of whatever was given, with what a getter or a proxy does not give replaced. Sorted by name, so that the order in
 * which they came does not matter; in Unicode that every reader takes. Never throws.
 */
export function labelsOf(attributes: unknown): Label[] {
  const labels: Label[] = []
  for (const name of namesOf(attributes).sort()) {
    const value = read(attributes, name)
    if (value !== undefined) labels.push([name, textOf(value).replace(/\p{Surrogate}/gu, '\ufffd')])
  }
  return labels
}

function read(attributes: unknown, name: string): unknown {
  try {
    return (attributes as Attributes)[name]
  } catch {
    return UNREADABLE
  }
}

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
