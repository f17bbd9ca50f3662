import { formatFindings } from './finding.ts'
import { lintDeps } from './lint-deps.ts'

/** `pnpm lint:deps`: holds package.json files and imports to the rules of the house; exits with 1 if one is broken. */
const findings = lintDeps(process.cwd())
if (findings.length > 0) {
  console.error(formatFindings(findings))
  console.error(`\n${findings.length} dependency rule${findings.length === 1 ? ' is' : 's are'} broken.`)
  process.exitCode = 1
} else {
  console.log('The dependency rules hold.')
}
