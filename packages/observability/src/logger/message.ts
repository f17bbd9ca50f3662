import { withoutParams } from './client-call.js'

/** Writes a value into a message, as JSON. */
export type Inline = (value: unknown) => string

/** The template with its placeholders filled: `%s`, `%d`, `%f`, `%i`, `%j`, `%o`, `%O` and `%%`, as pino has them. */
export function fillIn(template: string, values: readonly unknown[], inline: Inline): string {
  let next = 0
  return template.replace(/%[sdfijoO%]/g, (placeholder) => {
    if (placeholder === '%%') return '%'
    if (next >= values.length) return placeholder
    return show(placeholder, values[next++], inline)
  })
}

function show(placeholder: string, value: unknown, inline: Inline): string {
  switch (placeholder) {
    case '%s':
      return toText(value, inline)
    case '%d':
    case '%f':
      return typeof value === 'symbol' ? 'NaN' : String(typeof value === 'bigint' ? value : Number(value))
    case '%i':
      return typeof value === 'symbol' ? 'NaN' : String(Math.floor(Number(value)))
    default:
      return typeof value === 'function' ? value.name || '<anonymous>' : inline(value)
  }
}

/** An error as it names itself; any other object as JSON, for `[object Object]` tells nobody anything. */
function toText(value: unknown, inline: Inline): string {
  if (typeof value !== 'object' || value === null) return String(value)
  return value instanceof Error ? withoutParams(value, String(value)) : inline(value)
}
