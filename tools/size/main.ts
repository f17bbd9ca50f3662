import { subpaths } from '../workspace/manifest.ts'
import { choosePackages } from '../workspace/packages.ts'
import { formatBytes } from './budget.ts'
import { checkSize, type SizeRow } from './check-size.ts'

/** `pnpm size [package…]`: weighs every subpath of the built packages; exits with 1 if one is over its budget. */
const problems: string[] = []
for (const pkg of choosePackages(process.cwd(), process.argv.slice(2))) {
  // A package of commands is in no bundle.
  if (subpaths(pkg.manifest).length === 0) continue
  const report = await checkSize(pkg)
  console.log(`${pkg.manifest.name}  (gzip, minified)\n${table(report.rows)}\n`)
  problems.push(...report.problems)
}
if (problems.length > 0) {
  console.error(problems.join('\n'))
  process.exitCode = 1
}

function table(rows: readonly SizeRow[]): string {
  const width = Math.max(...rows.map(({ what }) => what.length))
  return rows
    .map(({ what, bytes, added, limit }) => {
      const weight = added ?? bytes
      const over = limit !== undefined && weight > limit ? '  OVER' : ''
      const adds = added === undefined ? '' : `adds ${formatBytes(added)} `
      const budget = limit === undefined ? `${adds}(no budget)` : `${adds}of ${formatBytes(limit)}${over}`
      return `  ${what.padEnd(width)}  ${formatBytes(bytes).padStart(9)}  ${budget}`
    })
    .join('\n')
}
