import { globSync, readFileSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { CHANNELS, SOURCES } from './catalogue.js'

const PACKAGES = resolve(import.meta.dirname, '../../..')
const SELF = import.meta.dirname
const TESTS = /\.(test|prop\.test|test-d|bench|fixture)\.ts$|\/(fixtures|testing)\//

/** The code of a file, without the lines of its comments. */
function codeOf(text: string): string {
  return text
    .split('\n')
    .filter((line) => !/^\s*(\*|\/\/|\/\*)/.test(line))
    .join('\n')
}

/** The names that begin with `base:` in a code, and those that are put together, which nobody could look up. */
function namesIn(code: string): { readonly names: string[]; readonly composed: string[] } {
  const texts = [...code.matchAll(/(['"`])(base:[^'"`\n]*)\1/g)].map(([, , text = '']) => text)
  return {
    names: texts.filter((text) => !text.includes('${')),
    composed: texts.filter((text) => text.includes('${')),
  }
}

const sources = globSync(['*/src/**/*.ts', 'adapters/*/src/**/*.ts'], { cwd: PACKAGES })
  .map((file) => resolve(PACKAGES, file))
  .filter((file) => !file.startsWith(SELF) && !TESTS.test(file))
  .map((file) => ({ file: relative(PACKAGES, file), ...namesIn(codeOf(readFileSync(file, 'utf8'))) }))

const found = [...new Set(sources.flatMap(({ names }) => names))].sort()
const segments = (count: number) => (name: string) => name.split(':').length === count

describe('the catalogue', () => {
  test('knows every channel of every package, and none that is no more', () => {
    expect(CHANNELS.map(({ channel }) => channel).sort()).toEqual(found.filter(segments(4)))
  })

  test('knows everything that can be read in every package, and nothing that is no more', () => {
    expect(SOURCES.map(({ source }) => source).sort()).toEqual(found.filter(segments(3)))
  })

  test('misses none, as every name is written in one piece and has three or four parts', () => {
    // The types of names in core are no names.
    const composed = sources.filter(({ file }) => !file.startsWith('core/src/diagnostics/'))
    expect(composed.flatMap(({ composed }) => composed)).toEqual([])
    expect(found.filter((name) => !segments(3)(name) && !segments(4)(name))).toEqual([])
    expect(found.length).toBeGreaterThan(40)
  })

  test('would miss no name that is written in another way', () => {
    const code = codeOf(`
      // channel('base:a:b:comment')
      const a = channel("base:x:y:double")
      const b = diagnosticsChannel<{ id: number }>(
        'base:x:y:single',
      )
      const c = channel(\`base:x:y:tick\`), d = channel(\`base:x:\${y}:composed\`)
    `)
    expect(namesIn(code)).toEqual({
      names: ['base:x:y:double', 'base:x:y:single', 'base:x:y:tick'],
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the text that is found.
      composed: ['base:x:${y}:composed'],
    })
  })

  test('gives every metric one unit, one kind and one description', () => {
    const metrics = new Map<string, string>()
    const all = [
      ...CHANNELS.map(({ metric: { name, unit, description, duration, buckets } }) => ({
        name,
        is: JSON.stringify([unit, description, duration !== undefined, buckets]),
      })),
      ...SOURCES.flatMap(({ metrics }) => metrics).map(({ name, unit, description, kind }) => ({
        name,
        is: JSON.stringify([unit, description, kind]),
      })),
    ]
    for (const { name, is } of all) {
      expect(metrics.get(name) ?? is, name).toBe(is)
      metrics.set(name, is)
    }
    const polled = SOURCES.flatMap(({ metrics }) => metrics.map(({ name }) => name))
    expect(new Set(polled).size).toBe(polled.length)
  })

  test('calls things as OpenTelemetry does', () => {
    const names = [...CHANNELS.map(({ metric }) => metric), ...SOURCES.flatMap(({ metrics }) => metrics)]
    for (const { name, unit, description } of names) {
      // Names of their own, unless the conventions have one.
      expect(name).toMatch(/^base(\.[a-z][a-z0-9_]*){2,3}$|^db\.client\.operation\.duration$/)
      expect(unit).toMatch(/^(s|By|\{[a-z]+\})$/)
      expect(description).toMatch(/^[A-Z][^.]*$/)
    }
    for (const { attribute } of CHANNELS.flatMap(({ fields }) => fields))
      expect(attribute).toMatch(/^$|^[a-z][a-z_]*(\.[a-z][a-z_]*)+$/)
  })
})
