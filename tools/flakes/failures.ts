/** What is needed of vitest's report in JSON. */
export interface TestReport {
  readonly testResults: readonly FileResult[]
}

interface FileResult {
  readonly name: string
  readonly status: string
  /** Why the file could not be run as a whole. */
  readonly message: string
  readonly assertionResults: readonly {
    readonly fullName: string
    readonly status: string
    readonly failureMessages: readonly string[]
  }[]
}

/** A test that failed, or a file. */
export interface Failure {
  readonly test: string
  readonly message: string
}

/** A failure, and how often it came. */
export interface Flake extends Failure {
  /** Of the runs in which it failed. */
  readonly seeds: readonly number[]
}

export function failuresIn({ testResults }: TestReport): Failure[] {
  return testResults.flatMap(({ name, status, message, assertionResults }) => {
    const tests = assertionResults
      .filter((test) => test.status === 'failed')
      .map(({ fullName, failureMessages }) => ({
        test: `${name} > ${fullName}`,
        message: failureMessages.join('\n'),
      }))
    return tests.length > 0 || status !== 'failed' ? tests : [{ test: name, message }]
  })
}

/** One entry for each test, with its first message; the most frequent first. */
export function flakesOf(runs: readonly { seed: number; failures: readonly Failure[] }[]): Flake[] {
  const flakes = new Map<string, Failure & { seeds: number[] }>()
  for (const { seed, failures } of runs) {
    for (const failure of failures) {
      const flake = flakes.get(failure.test) ?? { ...failure, seeds: [] }
      flake.seeds.push(seed)
      flakes.set(failure.test, flake)
    }
  }
  return [...flakes.values()].sort((a, b) => b.seeds.length - a.seeds.length)
}
