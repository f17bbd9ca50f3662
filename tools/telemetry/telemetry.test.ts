import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadCatalogue } from './catalogue.ts'
import { renderCatalogue } from './render.ts'

const root = resolve(import.meta.dirname, '../..')
const page = readFileSync(join(root, 'docs/guides/telemetry.md'), 'utf8')
const catalogue = await loadCatalogue(root)

describe('the page of channels and metrics', () => {
  test('is what the code says', () => {
    expect(page).toBe(renderCatalogue(catalogue))
  })

  test('has every channel, field and metric', () => {
    for (const { channel, fields, metric } of catalogue.CHANNELS) {
      expect(page).toContain(`### \`${channel}\``)
      expect(page).toContain(`\`${metric.name}\``)
      for (const { field } of fields) expect(page).toContain(`| \`${field}\` |`)
    }
    for (const { name } of catalogue.SOURCES.flatMap(({ metrics }) => metrics))
      expect(page).toContain(`| \`${name}\` |`)
  })

  test('differs where the code does', () => {
    const [first, ...others] = catalogue.CHANNELS
    const changed = { ...catalogue, CHANNELS: [{ ...first, when: 'Now and then.' }, ...others] }
    expect(renderCatalogue(changed as typeof catalogue)).not.toBe(page)
  })

  test('is held to the code by the linter', () => {
    const { status, stdout } = spawnSync(process.execPath, ['tools/telemetry/main.ts', '--check'], {
      cwd: root,
      encoding: 'utf8',
    })
    expect([status, stdout]).toEqual([0, 'docs/guides/telemetry.md is up to date.\n'])
  })
})
