/**
 * An array in PostgreSQL's own notation, which both drivers pass on as it is, whatever the type of its elements.
 *
 * @see PostgreSQL documentation, 8.15.2, "Array Value Input"
 */
export function arrayLiteral(elements: readonly string[]): string {
  return `{${elements.map(quoted).join()}}`
}

/** What may stand without quotes: numbers and simple words, except NULL. */
const PLAIN = /^(?!null$)[\w.+-]+$/i

function quoted(element: string): string {
  return PLAIN.test(element) ? element : `"${element.replace(/["\\]/g, '\\$&')}"`
}
