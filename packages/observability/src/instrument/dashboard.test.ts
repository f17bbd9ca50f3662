import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Ajv } from 'ajv'
import { describe, expect, test } from 'vitest'
import { prometheusName } from '../metrics/prometheus-name.js'
import { CHANNELS, FAILURES, SOURCES } from './catalogue.js'

const root = resolve(import.meta.dirname, '../..')
const read = (...path: string[]) => JSON.parse(readFileSync(join(root, ...path), 'utf8'))

interface Panel {
  readonly id: number
  readonly title: string
  readonly type: string
  readonly description?: string
  readonly gridPos: { readonly h: number; readonly w: number; readonly x: number; readonly y: number }
  readonly targets?: readonly { readonly refId: string; readonly expr: string }[]
}

const dashboard = read('dashboards/base.json')
const panels: readonly Panel[] = dashboard.panels
const validate = new Ajv({ strict: false, allErrors: true }).compile(
  read('src/instrument/fixtures/grafana-dashboard.schema.json'),
)
const queries = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr))

/** What a scrape has of `instrument`: counters, gauges, and the parts of histograms. */
const samples = new Set([
  sampleOf(FAILURES.name, FAILURES.unit, 'counter'),
  ...CHANNELS.flatMap(({ metric: { name, unit, duration } }) =>
    duration === undefined ? [sampleOf(name, unit, 'counter')] : [sampleOf(name, unit, 'histogram')],
  ),
  ...SOURCES.flatMap(({ metrics }) => metrics.map(({ name, unit, kind }) => sampleOf(name, unit, kind))),
])

function sampleOf(name: string, unit: string, kind: 'counter' | 'gauge' | 'histogram'): string {
  const { family } = prometheusName(name, unit, kind)
  return kind === 'counter' ? `${family}_total` : family
}

/** The metrics of `instrument` that a query names. */
function namedIn(query: string): string[] {
  return [...query.matchAll(/\b(?:base|db)_[a-z_]+(?=\{)/g)].map(([name]) =>
    name.replace(/_(bucket|count|sum)$/, ''),
  )
}

describe('the dashboard', () => {
  test('is one that Grafana takes', () => {
    validate(dashboard)
    expect(validate.errors).toBeNull()
  })

  test.each([
    ['a panel of no kind', { panels: [{ ...panels[1], type: 'tiemseries' }] }],
    ['an unknown member', { panels: [{ ...panels[1], targtes: [] }] }],
    ['a query without an expression', { panels: [{ ...panels[1], targets: [{ refId: 'A' }] }] }],
    ['no version', { schemaVersion: undefined }],
    ['an unknown option', { panels: [{ ...panels[1], options: { colour: 'red' } }] }],
  ])('would be refused with %s', (_, change) => {
    expect(validate(JSON.parse(JSON.stringify({ ...dashboard, ...change })))).toBe(false)
  })

  test('has panels that stand beside each other, each with a number and a description of its own', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
    const taken = new Set<string>()
    for (const { title, gridPos } of panels) {
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24)
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(taken.has(`${x},${y}`), title).toBe(false)
          taken.add(`${x},${y}`)
        }
    }
    for (const { title, type, description, targets = [] } of panels.filter(
      ({ type: kind }) => kind !== 'row',
    )) {
      expect(description, `${type} ${title}`).toMatch(/\.$/)
      expect(new Set(targets.map(({ refId }) => refId)).size, title).toBe(targets.length)
      expect(targets.length, title).toBeGreaterThan(0)
    }
  })

  test('shows every metric of instrument, and names none that is not', () => {
    const named = new Set(queries.flatMap(namedIn))
    expect([...named].filter((name) => !samples.has(name))).toEqual([])
    expect([...samples].filter((name) => !named.has(name))).toEqual([])
  })

  test('asks each query of the instances that are chosen', () => {
    for (const query of queries.filter((one) => !one.startsWith('job:')))
      for (const [selector] of query.matchAll(/\{[^}]*\}/g))
        expect(selector).toContain('job=~"$job", instance=~"$instance"')
  })
})
