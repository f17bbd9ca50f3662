/** What a user writes first with a package. */
export interface FirstProgram {
  readonly package: string
  /** What its users install beside it. */
  readonly beside?: readonly string[]
  /** Names by what they are imported from. */
  readonly imports: Readonly<Record<string, readonly string[]>>
  /** An expression, or a promise of one, that is `'ok'`. */
  readonly answer: string
  /** An expression that its types must refuse. */
  readonly mistake: string
  /** Whether types of others that it needs do not check, so that its users skip them. */
  readonly skipLibCheck?: true
  /** Whether its types are read by ES modules alone. */
  readonly esModulesOnly?: true
}

/** One for every package that is imported; what needs a server is made and not asked. */
export const FIRST_PROGRAMS: readonly FirstProgram[] = [
  {
    package: '@base/core',
    imports: { '@base/core/result': ['ok'] },
    answer: "ok('ok').value",
    mistake: "ok('ok').error.code",
  },
  {
    package: '@base/domain',
    imports: { '@base/domain/specification': ['where'] },
    answer: "where().greaterThan('total', 2).isSatisfiedBy({ total: 3 }) ? 'ok' : 'no'",
    mistake: "where<{ total: number }>().contains('total', '1')",
  },
  {
    package: '@base/resilience',
    imports: {
      '@base/resilience': ['pipeline', 'Retry'],
      '@base/resilience/circuit-breaker': ['CircuitBreaker'],
    },
    answer: "pipeline(new Retry({ maxAttempts: 2 }), new CircuitBreaker()).execute(async () => 'ok')",
    mistake: 'new CircuitBreaker({ recoveryTime: 1 })',
  },
  {
    package: '@base/cache',
    imports: { '@base/cache': ['createCache', 'memoryCacheStore'] },
    answer: "createCache({ layers: [memoryCacheStore()], ttl: '1m' }).getOrSet('key', async () => 'ok')",
    mistake: 'memoryCacheStore({ maxEntires: 1 })',
  },
  {
    package: '@base/application',
    imports: { '@base/application/idempotency': ['createIdempotency', 'memoryIdempotencyStore'] },
    answer: `createIdempotency({ store: memoryIdempotencyStore() })
  .run('key', 'fingerprint', async () => 'ok').then(({ value }) => value)`,
    mistake: 'createIdempotency({})',
  },
  {
    package: '@base/auth',
    imports: { '@base/auth/tokens': ['createKeyRing', 'createTokenService'] },
    answer: `createTokenService({
  issuer: 'https://login.example.com', audience: 'https://api.example.com', keys: createKeyRing({ algorithm: 'ES256' }),
}).issueAccess({ sub: 'ok', clientId: 'web' }).then(({ claims }) => claims.sub)`,
    mistake: "createKeyRing({ algorithm: 'none' })",
  },
  {
    package: '@base/observability',
    imports: { '@base/observability/metrics': ['createMetrics'] },
    answer: "typeof createMetrics().counter('orders').add === 'function' ? 'ok' : 'no'",
    mistake: "createMetrics().counter('orders').add('1')",
  },
  {
    package: '@base/redis',
    beside: ['ioredis', '@base/cache'],
    imports: { '@base/redis/lock': ['redisLock'], ioredis: ['Redis'] },
    answer: "typeof redisLock(new Redis({ lazyConnect: true })).acquire === 'function' ? 'ok' : 'no'",
    mistake: 'redisLock(7)',
  },
  {
    package: '@base/drizzle',
    beside: ['drizzle-orm@0.45', '@electric-sql/pglite@0.5'],
    imports: {
      '@base/drizzle/lock': ['drizzleLock'],
      '@electric-sql/pglite': ['PGlite'],
      'drizzle-orm/pglite': ['drizzle'],
    },
    answer: "typeof drizzleLock(drizzle(new PGlite())).acquire === 'function' ? 'ok' : 'no'",
    mistake: 'drizzleLock(7)',
    skipLibCheck: true,
    // In CommonJS TypeScript takes the classes of drizzle-orm's CommonJS files for others than those that our types name.
    esModulesOnly: true,
  },
  {
    package: '@base/opossum',
    beside: ['opossum', '@base/resilience'],
    imports: {
      '@base/opossum/facade': ['opossumFacade'],
      '@base/resilience/circuit-breaker': ['CircuitBreaker'],
    },
    answer: "opossumFacade(async () => 'ok', { breaker: new CircuitBreaker() }).fire()",
    mistake: "opossumFacade('ok', {})",
  },
]

/** The program as an ES module; prints `ok`. */
export function asModule({ imports, answer }: FirstProgram): string {
  return `${importsOf(imports)}\nconsole.log(await ${answer})\n`
}

/** The program as CommonJS; prints `ok`. */
export function asCommonJs({ imports, answer }: FirstProgram): string {
  const lines = Object.entries(imports).map(
    ([from, names]) => `const { ${names.join(', ')} } = require('${from}')`,
  )
  return `${lines.join('\n')}\nPromise.resolve(${answer}).then((value) => console.log(value))\n`
}

/** The program with types, and with its mistake, which the compiler must find. */
export function asTypes({ imports, answer, mistake }: FirstProgram): string {
  return `${importsOf(imports)}
export const answer: Promise<string> = (async () => ${answer})()
// @ts-expect-error: a mistake
export const mistake: unknown = ${mistake}
`
}

function importsOf(imports: FirstProgram['imports']): string {
  return Object.entries(imports)
    .map(([from, names]) => `import { ${names.join(', ')} } from '${from}'`)
    .join('\n')
}
