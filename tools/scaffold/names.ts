/** `circuit-breaker`: what folders, subpaths and packages are called. */
const KEBAB = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/

/** Folder names that say nothing about what is inside. */
const GRAB_BAGS = /(^|-)(utils?|helpers?|common|misc|shared)$/

/** The spellings of one name. */
export interface Names {
  /** `circuit-breaker` */
  readonly kebab: string
  /** `CircuitBreaker` */
  readonly pascal: string
  /** `circuitBreaker` */
  readonly camel: string
}

/** Reads a name from the command line; throws a sentence that says what is wrong with it. */
export function parseName(what: string, text: string | undefined): Names {
  if (text === undefined || !KEBAB.test(text)) {
    throw new Error(
      `${what} must be in kebab-case, such as circuit-breaker; received ${JSON.stringify(text ?? '')}.`,
    )
  }
  if (GRAB_BAGS.test(text)) {
    throw new Error(`${what} must say what it is for; received ${JSON.stringify(text)}.`)
  }
  const pascal = text
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')
  return { kebab: text, pascal, camel: pascal.charAt(0).toLowerCase() + pascal.slice(1) }
}
