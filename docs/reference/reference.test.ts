import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { ROOT } from '../snippets/project.ts'

const TYPEDOC = join(ROOT, 'docs', 'node_modules', 'typedoc', 'bin', 'typedoc')

/** Builds the reference of a fixture, without its pages, and returns what is wrong with it. */
async function warningsOf(fixture: string): Promise<string[]> {
  const out = mkdtempSync(join(tmpdir(), 'reference-'))
  const packages = join(import.meta.dirname, 'fixtures', fixture)
  const options = [
    '--options',
    'typedoc.config.ts',
    '--entryPoints',
    packages,
    '--json',
    join(out, 'api.json'),
  ]
  try {
    await promisify(execFile)(process.execPath, [TYPEDOC, ...options], {
      cwd: join(ROOT, 'docs'),
      env: { ...process.env, NO_COLOR: '1' },
    })
    return []
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string }
    return [...`${stdout}${stderr}`.matchAll(/\[warning\] (.*)/g)]
      .map(([, text = '']) => text)
      .filter((text) => !text.startsWith('Found'))
  } finally {
    rmSync(out, { recursive: true })
  }
}

describe('the API reference', { timeout: 60_000 }, () => {
  test('accepts what is documented, exported and linked, overloads and parts written in place included', async () => {
    expect(await warningsOf('documented')).toEqual([])
  })

  test('refuses an undocumented export or member, an unexported type and a bare @name', async () => {
    expect(await warningsOf('undocumented')).toEqual([
      'Encountered an unknown block tag @base',
      'Hidden, defined in undocumented/src/pattern/index.ts, is referenced by pattern.Options.hidden but not included in the documentation',
      'pattern.bare has no documentation',
      'pattern.Options.silent has no documentation',
    ])
  })

  test('refuses a link to nothing', async () => {
    expect(await warningsOf('unlinked')).toEqual([
      'Failed to resolve link to "Nothing" in comment for unlinked.pattern.pattern',
    ])
  })
})
