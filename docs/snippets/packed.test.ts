import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pack } from '@base-internal/tools/consumer'
import { expect, test } from 'vitest'
import { runPacked } from './packed.ts'
import { programsOf } from './program.ts'

const README = `# @base/parcels

\`\`\`ts
import { weight } from '@base/parcels'

console.log(weight) // → 7
\`\`\`

\`\`\`ts
import { weight } from '@base/parcels'

weight // → 8
\`\`\`
`

test('runs the snippets of a README against the tarball, and names the line of one that fails', {
  timeout: 60_000,
}, async () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'base-packed-')))
  try {
    const manifest = {
      name: '@base/parcels',
      version: '1.0.0',
      type: 'module',
      exports: { '.': './index.js' },
    }
    writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest))
    writeFileSync(join(folder, 'index.js'), 'export const weight = 7\n')
    const tarball = await pack({ path: 'packages/parcels', folder, manifest }, folder)
    // From here on only the tarball can answer.
    writeFileSync(join(folder, 'index.js'), 'export const weight = 8\n')

    const results = await runPacked(
      programsOf(README, 'README.md'),
      [tarball],
      [
        { node: '20', format: 'cjs' },
        { node: '26', format: 'esm' },
      ],
    )

    expect(results.map(({ place }) => place.node)).toEqual(['20', '26'])
    for (const { programs, problems } of results) {
      expect(programs).toBe(2)
      expect(problems).toHaveLength(1)
      expect(problems[0]).toContain('README.md:12: expected 8, got 7')
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
})
