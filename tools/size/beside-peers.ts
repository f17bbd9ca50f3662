import { join } from 'node:path'
import { readManifest } from '../workspace/manifest.ts'
import { gzipOf } from './bundle.ts'

/** One job, as an application imports it: from us and from others. */
interface Job {
  readonly name: string
  /** The package of ours whose tests have the others installed. */
  readonly folder: string
  readonly ours: string
  /** By package. */
  readonly peers: Readonly<Record<string, string>>
}

/** The sizes of a job, in bytes. */
export interface JobSizes {
  readonly name: string
  /** What is imported from us. */
  readonly ours: string
  readonly bytes: number
  readonly peers: Readonly<Record<string, { readonly version: string; readonly bytes: number }>>
}

/** The closest that each has, named one by one, so that what is not used is left out where a package allows it. */
const JOBS: readonly Job[] = [
  {
    name: 'circuit breaker',
    folder: 'packages/resilience',
    ours: "export { CircuitBreaker } from '@base/resilience/circuit-breaker'",
    peers: {
      cockatiel: "export { circuitBreaker, ConsecutiveBreaker, handleAll } from 'cockatiel'",
      opossum: "export { default } from 'opossum'",
    },
  },
  {
    name: 'retry',
    folder: 'packages/resilience',
    ours: "export { Retry, exponential } from '@base/resilience/retry'",
    peers: {
      cockatiel: "export { retry, ExponentialBackoff, handleAll } from 'cockatiel'",
      'p-retry': "export { default } from 'p-retry'",
    },
  },
  {
    name: 'timeout',
    folder: 'packages/resilience',
    ours: "export { Timeout } from '@base/resilience/timeout'",
    peers: {
      cockatiel: "export { timeout, TimeoutStrategy } from 'cockatiel'",
      'p-timeout': "export { default } from 'p-timeout'",
    },
  },
  {
    name: 'bulkhead',
    folder: 'packages/resilience',
    ours: "export { Bulkhead } from '@base/resilience/bulkhead'",
    peers: {
      cockatiel: "export { bulkhead } from 'cockatiel'",
      'p-limit': "export { default } from 'p-limit'",
    },
  },
  {
    name: 'rate limiter in memory',
    folder: 'packages/resilience',
    ours: "export { RateLimiter } from '@base/resilience/rate-limiter'",
    peers: { 'rate-limiter-flexible': "export { RateLimiterMemory } from 'rate-limiter-flexible'" },
  },
  {
    name: 'retry, breaker, bulkhead and timeout in a pipeline',
    folder: 'packages/resilience',
    ours: [
      "export { pipeline } from '@base/resilience/pipeline'",
      "export { Retry } from '@base/resilience/retry'",
      "export { CircuitBreaker } from '@base/resilience/circuit-breaker'",
      "export { Bulkhead } from '@base/resilience/bulkhead'",
      "export { Timeout } from '@base/resilience/timeout'",
    ].join('\n'),
    peers: {
      cockatiel:
        "export { wrap, retry, circuitBreaker, ConsecutiveBreaker, ExponentialBackoff, bulkhead, timeout, handleAll } from 'cockatiel'",
    },
  },
  {
    name: 'HTTP client',
    folder: 'packages/resilience',
    ours: "export * from '@base/resilience/http-client'",
    peers: { ky: "export { default } from 'ky'" },
  },
  {
    name: 'cache in memory: single flight, tags, stale values',
    folder: 'packages/cache',
    ours: "export { createCache, memoryCacheStore } from '@base/cache'",
    peers: {
      bentocache:
        "export { BentoCache, bentostore } from 'bentocache'\nexport { memoryDriver } from 'bentocache/drivers/memory'",
      'cache-manager': "export { createCache } from 'cache-manager'",
      cacheable: "export { Cacheable } from 'cacheable'",
      'async-cache-dedupe': "export { createCache } from 'async-cache-dedupe'",
    },
  },
  {
    name: 'bounded store in memory',
    folder: 'packages/cache',
    ours: "export { memoryCacheStore } from '@base/cache/store'",
    peers: { 'lru-cache': "export { LRUCache } from 'lru-cache'" },
  },
  {
    name: 'results',
    folder: 'packages/core',
    ours: "export * from '@base/core/result'",
    peers: {
      neverthrow: "export * from 'neverthrow'",
      'true-myth': "export * from 'true-myth/result'",
      'better-result': "export * from 'better-result'",
    },
  },
  {
    name: 'ids',
    folder: 'packages/core',
    ours: "export { uuidv7 } from '@base/core/id'",
    peers: { uuid: "export { v7 } from 'uuid'", ulid: "export { ulid } from 'ulid'" },
  },
  {
    name: 'container',
    folder: 'packages/core',
    ours: "export { createContainer } from '@base/core/container'",
    peers: {
      awilix: "export { createContainer, asFunction, asValue } from 'awilix'",
      'typed-inject': "export { createInjector } from 'typed-inject'",
    },
  },
  {
    name: 'values that JSON has not',
    folder: 'packages/core',
    ours: "export * from '@base/core/codec'",
    peers: {
      superjson: "export { serialize, deserialize } from 'superjson'",
      devalue: "export { parse, stringify } from 'devalue'",
    },
  },
  {
    name: 'specifications',
    folder: 'packages/domain',
    ours: "export * from '@base/domain/specification'",
    peers: { sift: "export { default } from 'sift'", mingo: "export { Query } from 'mingo'" },
  },
  {
    name: 'authorization',
    folder: 'packages/auth',
    ours: "export { defineAuthorization } from '@base/auth/authorization'",
    peers: {
      '@casl/ability': "export { AbilityBuilder, createMongoAbility } from '@casl/ability'",
      casbin: "export { newEnforcer } from 'casbin'",
    },
  },
  {
    name: 'checking access tokens',
    folder: 'packages/auth',
    ours: "export { createVerifier } from '@base/auth/tokens'",
    peers: {
      jsonwebtoken: "import jwt from 'jsonwebtoken'\nexport const { verify } = jwt",
      'fast-jwt': "export { createVerifier } from 'fast-jwt'",
    },
  },
  {
    name: 'metrics',
    folder: 'packages/observability',
    ours: "export { createMetrics } from '@base/observability/metrics'",
    peers: { 'prom-client': "export { Counter, Histogram, Registry } from 'prom-client'" },
  },
]

/** Weighs every job. */
export async function sizesBesidePeers(root: string): Promise<readonly JobSizes[]> {
  const sizes: JobSizes[] = []
  for (const { name, folder, ours, peers } of JOBS) {
    const pkg = { folder: join(root, folder), manifest: readManifest(join(root, folder)) }
    const weighed = Object.entries(peers).map(async ([peer, module]) => {
      const version = pkg.manifest.devDependencies?.[peer] ?? 'unknown'
      return [peer, { version, bytes: await gzipOf(pkg, module) }] as const
    })
    sizes.push({
      name,
      ours,
      bytes: await gzipOf(pkg, ours),
      peers: Object.fromEntries(await Promise.all(weighed)),
    })
  }
  return sizes
}
