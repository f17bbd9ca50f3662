/** Code that others stand on, and the tests that are about it. */
export interface Subject {
  /** The folder of its package. */
  readonly package: string
  /** What is changed. */
  readonly files: readonly string[]
  /** What has to notice; what others, which stand on it, notice by chance is not tested. */
  readonly tests: readonly string[]
}

/** By name. */
export const SUBJECTS: Readonly<Record<string, Subject>> = {
  bulkhead: policy('bulkhead'),
  'circuit-breaker': policy('circuit-breaker'),
  'rate-limiter': policy('rate-limiter'),
  retry: policy('retry'),
  'single-flight': cache('src/cache/flight.ts', 'src/cache/waiting.ts', 'src/cache/loader.ts'),
  generations: cache(
    'src/cache/core.ts',
    'src/cache/invalidation.ts',
    'src/store/tombstones.ts',
    'src/store/tag-book.ts',
  ),
  expression: {
    package: 'core',
    files: ['src/expression/*.ts'],
    // What it is for is tested where users meet it.
    tests: ['src/expression/*.test.ts', '../domain/src/specification/*.test.ts'],
  },
  specification: {
    package: 'domain',
    files: ['src/specification/*.ts'],
    tests: ['src/specification/*.test.ts', 'src/testing/*.test.ts'],
  },
  authorization: {
    package: 'auth',
    files: ['src/authorization/*.ts', '!src/authorization/test-rules.ts'],
    tests: ['src/authorization/*.test.ts'],
  },
  verifier: {
    package: 'auth',
    files: ['src/tokens/verifier/*.ts', 'src/tokens/jws/*.ts', 'src/tokens/keys/static-key-set.ts'],
    tests: [
      'src/tokens/verifier/*.test.ts',
      'src/tokens/jws/*.test.ts',
      'src/tokens/attacks.test.ts',
      'src/tokens/service/*.test.ts',
      'src/tokens/tokens.prop.test.ts',
    ],
  },
  refresh: {
    package: 'auth',
    files: ['src/tokens/refresh/*.ts', 'src/tokens/opaque/*.ts'],
    tests: [
      'src/tokens/refresh/*.test.ts',
      'src/tokens/opaque/*.test.ts',
      'src/testing/refresh-store-conformance.test.ts',
    ],
  },
}

function policy(pattern: string): Subject {
  return {
    package: 'resilience',
    files: [`src/${pattern}/*.ts`],
    tests: [`src/${pattern}/*.test.ts`, 'src/testing/rate-limit-store-conformance.test.ts'],
  }
}

function cache(...files: readonly string[]): Subject {
  return {
    package: 'cache',
    files,
    tests: [
      'src/cache/*.test.ts',
      'src/store/memory-cache-store.test.ts',
      'src/store/tombstones.test.ts',
      'src/*.test.ts',
    ],
  }
}
