import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { documents } from '../snippets/documents.ts'
import { ROOT } from '../snippets/project.ts'
import { brokenLinks } from './links.ts'

describe('brokenLinks', () => {
  test('names line and reason of each, and no other', () => {
    expect(brokenLinks(join(import.meta.dirname, 'fixtures'), 'guide.md')).toEqual([
      "guide.md:5: 'missing.md' does not exist",
      "guide.md:6: 'other.md#nowhere': there is no heading 'nowhere'",
      "guide.md:7: '#nothing': there is no heading 'nothing'",
      "guide.md:8: '../../../README.md' leads out of the repository",
      "guide.md:12: 'image.png' does not exist",
    ])
  })
})

describe('the links of', () => {
  test.each(documents())('%s lead somewhere', (document) => {
    expect(brokenLinks(ROOT, document)).toEqual([])
  })
})

test('the index names every guide, recipe and runbook', () => {
  const index = readFileSync(join(ROOT, 'docs/index.md'), 'utf8')
  const pages = documents().filter((document) => /^docs\/(guides|recipes|runbooks)\//.test(document))
  expect(pages.filter((page) => !index.includes(`(${page.slice('docs/'.length)})`))).toEqual([])
})
