import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { subpaths } from '../workspace/manifest.ts'
import { choosePackages } from '../workspace/packages.ts'
import { apiReport } from './report.ts'

/**
 * `pnpm api:report [package…]`: writes `<name>.api.md` beside the package.json of every built package. With `--check`, or
 * under CI=true, it writes nothing, prints what has changed and exits with 1.
 */
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { check: { type: 'boolean', default: process.env['CI'] === 'true' } },
})

for (const pkg of choosePackages(process.cwd(), positionals)) {
  // A package of commands has no types that users see.
  if (subpaths(pkg.manifest).length === 0) continue
  const file = `${pkg.path}/${pkg.path.split('/').at(-1)}.api.md`
  const before = existsSync(file) ? readFileSync(file, 'utf8') : ''
  const after = apiReport(pkg)
  if (before === after) console.log(`${file} is up to date.`)
  else if (values.check) refuse(file, after)
  else {
    writeFileSync(file, after)
    console.log(`${file} is written.`)
  }
}

function refuse(file: string, after: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'base-api-'))
  try {
    const now = join(folder, 'now.api.md')
    writeFileSync(now, after)
    const old = existsSync(file) ? file : '/dev/null'
    const { stdout } = spawnSync('git', ['diff', '--no-index', '--no-color', '--', old, now], {
      encoding: 'utf8',
    })
    console.error(
      `${file} is not what the package exports. If the change is meant, run: pnpm api:report\n${stdout}`,
    )
  } finally {
    rmSync(folder, { recursive: true })
  }
  process.exitCode = 1
}
