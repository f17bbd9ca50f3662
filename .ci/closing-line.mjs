import { readFileSync } from 'node:fs'

/**
 * `node closing-line.mjs <report>`: prints what failed and why, then `N passed, N failed, N skipped`, from the JSON
 * report of the test runner, so that the end of a long output names it. A file that could not be run at all counts as
 * one that failed. Exits with 1 unless something passed and nothing failed.
 */
const { testResults } = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const count = { passed: 0, failed: 0, skipped: 0 }
for (const { name, status, message, assertionResults } of testResults) {
  for (const test of assertionResults) {
    count[test.status === 'passed' || test.status === 'failed' ? test.status : 'skipped'] += 1
    if (test.status === 'failed') printFailure(`${name}: ${test.fullName}`, test.failureMessages)
  }
  if (status === 'failed' && !assertionResults.some((test) => test.status === 'failed')) {
    count.failed += 1
    printFailure(name, [message])
  }
}

console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`)
if (count.failed > 0 || count.passed === 0) process.exitCode = 1

/** Without the stack: a message may be long, such as the end of a server's log. */
function printFailure(title, messages) {
  console.log(`FAILED ${title}`)
  for (const message of messages) {
    const lines = String(message).split('\n')
    console.log(
      lines
        .filter((line) => !/^\s+at /.test(line))
        .join('\n')
        .slice(0, 3000)
        .replace(/^/gm, '  '),
    )
  }
}
