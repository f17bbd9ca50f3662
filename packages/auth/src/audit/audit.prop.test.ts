import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type AuditChange,
  type AuditEntry,
  createAudit,
  diff,
  memoryAuditSink,
  verifyAuditChain,
} from './index.js'
import { redactText } from './redaction.js'
import { secretNames } from './secret-names.js'

/** Values as JSON has them, under names that are no secrets. */
const json = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(null, true, false, 0, 1, 1.5, '', 'a', 'b'),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'a/b', '~', '__proto__', ''), tie('value'), { maxKeys: 4 }),
  ),
})).value

test('changes applied to what was give what is', () => {
  fc.assert(
    fc.property(json, json, (before, after) => {
      expect(applied(before, diff(before, after))).toEqual(applied(after, []))
    }),
  )
})

test('equal values have no changes, and changes are in order without repetition', () => {
  fc.assert(
    fc.property(json, json, (before, after) => {
      expect(diff(before, structuredClone(before))).toEqual([])
      const paths = diff(before, after).map(({ path }) => path)
      expect(new Set(paths).size).toBe(paths.length)
    }),
  )
})

test('no value makes a record fail that is small enough', async () => {
  const audit = createAudit()
  await fc.assert(
    fc.asyncProperty(
      fc.anything({
        withBigInt: true,
        withDate: true,
        withMap: true,
        withSet: true,
        withTypedArray: true,
        withSparseArray: true,
        withNullPrototype: true,
        withObjectString: true,
      }),
      async (value) => {
        await audit.record({ action: 'a', before: value, details: { value } })
      },
    ),
  )
  expect(await audit.verify()).toMatchObject({ ok: true })
})

test('any change of any character of any entry breaks the chain there, or before', async () => {
  const audit = createAudit({ sink: memoryAuditSink() })
  const entries = await Promise.all(
    ['a', 'b', 'c'].map((action) =>
      audit.record({ action, actor: { id: 'ann' }, after: { n: [1, { x: 'y' }] } }),
    ),
  )
  await fc.assert(
    fc.asyncProperty(fc.nat(2), fc.nat(), fc.constantFrom(...'ax19"}'), async (which, seed, character) => {
      const text = JSON.stringify(entries[which])
      const position = seed % text.length
      const forged = read(text.slice(0, position) + character + text.slice(position + 1))
      fc.pre(forged !== undefined && JSON.stringify(forged) !== text)
      const verified = await verifyAuditChain(entries.with(which, forged as AuditEntry))
      expect(verified.ok).toBe(false)
      if (!verified.ok) expect(verified.error.sequence).toBe(which + 1)
    }),
  )
})

const name = fc.constantFrom('token', 'password', 'code', 'user[password]')
/** As a URL has it, which leaves `'`, `(`, `)`, `!` and `*` as they are. */
const value = fc
  .string({ unit: fc.constantFrom(...'aZ0\'()!*;:,?&#=<>" %+é'), minLength: 1 })
  .map((text) => encodeURIComponent(text))

test("a parameter's value is hidden as a whole, whatever it and the others are", () => {
  fc.assert(
    fc.property(fc.array(value), name, value, fc.array(value), (before, name, value, after) => {
      const others = (values: readonly string[]) => values.map((other) => `x=${other}`)
      const url = (shown: string) =>
        `/?${[...others(before), `${name}=${shown}`, ...others(after)].join('&')}`
      expect(visible(url(value))).toBe(url('[redacted]'))
      const quoted = (shown: string) => `fetch('${url(shown)}','GET')`
      expect(visible(quoted(value.replaceAll("'", '%27')))).toContain(`${name}=[redacted]`)
      const form = (shown: string) => `${name}=${shown}&x=1`
      expect(visible(form(value))).toBe(form('[redacted]'))
    }),
  )
})

test('texts of whatever repeats take no longer than they are long', () => {
  const atoms = `? & %3F ' (' : , token= token%3D ab A-B2`.split(' ')
  const parts = atoms.flatMap((one) => atoms.map((other) => one + other))
  // With a pattern that looks through the rest from each place this takes minutes.
  for (const part of parts) redactText(part.repeat(300_000 / part.length), secretNames([]))
})

function visible(text: string): unknown {
  return diff(undefined, text)[0]?.after
}

function read(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A JSON value after some changes, as pairs, so that `__proto__` is a name like any other. */
function applied(value: unknown, changes: readonly AuditChange[]): unknown {
  let root = tree(value)
  for (const change of changes.toReversed()) {
    if (change.path === '') root = 'after' in change ? tree(change.after) : undefined
    else put(root as Map<string, unknown>, change)
  }
  return root
}

function put(root: Map<string, unknown>, change: AuditChange): void {
  const steps = change.path
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
  let parent = root
  for (const step of steps.slice(0, -1)) parent = parent.get(step) as Map<string, unknown>
  const last = steps.at(-1) as string
  if ('after' in change) parent.set(last, tree(change.after))
  else parent.delete(last)
}

function tree(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, item]) => [key, tree(item)] as const)
  return new Map<string, unknown>([['\0kind', Array.isArray(value)], ...entries])
}
