import { jsonCodec } from '@base/core/codec'

/**
 * A text that is the same for equal values, whatever the order of the keys in their objects: what a request is known by.
 * Give it the body, and whatever else decides what the request does.
 *
 * Types count, as the codec writes them: `1` is not `'1'`, and a field that is `undefined` is not one that is missing. The
 * order of arrays, maps and sets counts. `run` keeps a digest of it alone.
 *
 * @example
 * fingerprintOf({ amount: 5, to: 'Ada' }) === fingerprintOf({ to: 'Ada', amount: 5 }) // true
 *
 * @throws UnsupportedError for what the codec does not carry: functions, symbols, instances of classes, circles.
 */
export function fingerprintOf(value: unknown): string {
  return canonical(JSON.parse(jsonCodec.encode(value)))
}

function canonical(json: unknown): string {
  if (typeof json !== 'object' || json === null) return JSON.stringify(json)
  if (Array.isArray(json)) return `[${json.map(canonical).join(',')}]`
  const record = json as Readonly<Record<string, unknown>>
  const members = Object.keys(record)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(record[key])}`)
  return `{${members.join(',')}}`
}
