/** A value as parseDotenv reads it back. */
export function quoted(value: string): string {
  if (/^[\w./:@,+-]*$/.test(value)) return value
  if (!/['\n\r]/.test(value)) return `'${value}'`
  const escaped = value
    .replace(/[\\"$]/g, '\\$&')
    .replace(/\n/g, '\\n')
    .replace(/\r/g, '\\r')
  return `"${escaped}"`
}
