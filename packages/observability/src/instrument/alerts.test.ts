import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describeWithPromtool, promtool } from '@base-internal/tools/promtool'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'

const root = resolve(import.meta.dirname, '../..')
const fixtures = join(import.meta.dirname, 'fixtures')
const FILES = ['alerts.test.yaml', 'alerts-of-days.test.yaml']

interface Rule {
  readonly alert?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
}

const { groups } = parse(readFileSync(join(root, 'alerts/base.yaml'), 'utf8')) as {
  groups: readonly { readonly rules: readonly Rule[] }[]
}
const alerts = groups.flatMap(({ rules }) => rules).filter(({ alert }) => alert !== undefined)
const runbook = readFileSync(resolve(root, '../../docs/runbooks/alerts.md'), 'utf8')

describeWithPromtool('promtool', () => {
  test('has nothing to say of the rules', () => {
    const { status, said } = promtool(['check', 'rules', '--lint-fatal', join(root, 'alerts/base.yaml')])
    expect([status, said]).toEqual([0, expect.stringContaining('SUCCESS: 27 rules found')])
  })

  test.each(FILES)('finds that each speaks when it should, and only then: %s', (file) => {
    const { status, said } = promtool(['test', 'rules', file], { cwd: fixtures })
    expect([status, said.replace(/\s+/g, ' ').trim()]).toEqual([0, `Unit Testing: ${file} SUCCESS`])
  })
})

describe('every alert', () => {
  const tests = FILES.flatMap(
    (file) =>
      (
        parse(readFileSync(join(fixtures, file), 'utf8')) as {
          tests: readonly {
            readonly alert_rule_test: readonly {
              readonly alertname: string
              readonly exp_alerts: readonly unknown[]
            }[]
          }[]
        }
      ).tests,
  ).flatMap(({ alert_rule_test }) => alert_rule_test)

  test.each(alerts)('$alert has a test that it speaks, and one that it does not', ({ alert }) => {
    const counts = tests
      .filter(({ alertname }) => alertname === alert)
      .map(({ exp_alerts }) => exp_alerts.length)
    expect(counts.some((count) => count > 0)).toBe(true)
    expect(counts.some((count) => count === 0)).toBe(true)
  })

  test.each(alerts)(
    '$alert says how urgent it is, and has a section in the runbook',
    ({ alert, labels, annotations }) => {
      expect(['page', 'ticket']).toContain(labels?.['severity'])
      expect(annotations).toEqual({
        summary: expect.any(String),
        description: expect.stringMatching(/\.$/),
        runbook: `docs/runbooks/alerts.md#${alert?.toLowerCase()}`,
      })
      expect(runbook).toContain(`\n## ${alert}\n`)
    },
  )

  test('has one section, and no section is of an alert that is no more', () => {
    const sections = [...runbook.matchAll(/^## (Base\w+)$/gm)].map(([, name]) => name)
    expect(sections.sort()).toEqual(alerts.map(({ alert }) => alert).sort())
  })
})
