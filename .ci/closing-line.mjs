import { readFileSync } from 'node:fs'

/**
 * `node closing-line.mjs <report>`: prints `N passed, N failed, N skipped` from the JSON report of the test runner. A
 * file that could not be run at all counts as one that failed. Exits with 1 unless something passed and nothing failed.
 */
const { testResults } = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const count = { passed: 0, failed: 0, skipped: 0 }
for (const { status, assertionResults } of testResults) {
  for (const test of assertionResults) {
    count[test.status === 'passed' || test.status === 'failed' ? test.status : 'skipped'] += 1
  }
  if (status === 'failed' && !assertionResults.some((test) => test.status === 'failed')) count.failed += 1
}

console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`)
if (count.failed > 0 || count.passed === 0) process.exitCode = 1
