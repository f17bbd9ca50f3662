import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Consumer,
  type NodeVersion,
  pack,
  publicPackages,
  startProgram,
  withConsumer,
} from '@base-internal/tools/consumer'
import { describeWithPrivateService, type PrivateServer } from '@base-internal/tools/services'
import { expect, onTestFinished, test } from 'vitest'

const PACKAGE = join(import.meta.dirname, '..')
const NEEDED = ['@base/cache', '@base/core', '@base/redis', '@base/resilience']
const LIMIT = 100
/** After so long, in milliseconds, one more may come. Who looks no more often is never refused. */
const INTERVAL = 600
/** Only what hangs takes so long. */
const patience = { timeout: 60_000, interval: INTERVAL }

/** The service of the README, which is JavaScript too. */
function program(): string {
  const blocks = readFileSync(join(PACKAGE, 'README.md'), 'utf8').matchAll(/```ts no-run\n([\s\S]*?)```/g)
  return [...blocks].map(([, code]) => code ?? '').find((code) => code.includes("'fastify'")) ?? ''
}

/** Makes a project outside the workspace with what is packed, with Fastify and a client. */
async function withProject(use: (project: Consumer) => Promise<void>): Promise<void> {
  const tarballs = mkdtempSync(join(tmpdir(), 'base-tarballs-'))
  onTestFinished(() => rmSync(tarballs, { recursive: true }))
  const ours = publicPackages(join(PACKAGE, '..', '..', '..')).filter(({ manifest }) =>
    NEEDED.includes(manifest.name),
  )
  const { devDependencies } = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8'))
  const { fastify, ioredis } = devDependencies
  await withConsumer(
    {
      tarballs: await Promise.all(ours.map((each) => pack(each, tarballs))),
      peers: 'required',
      dependencies: { fastify, ioredis },
    },
    use,
  )
}

/** Starts the service in a process of its own, and gives where it answers. */
async function start(project: Consumer, redis: PrivateServer, node: NodeVersion): Promise<string> {
  const file = project.write('service.mjs', program())
  return startProgram(project, { node, file, env: { REDIS_URL: redis.url, PORT: '0' } })
}

const read = async (url: string) => (await fetch(`${url}/report`)).json()
const remove = async (url: string) => (await fetch(`${url}/report`, { method: 'DELETE' })).status

/** Two services have one cache and one limit. */
async function proveOne(one: string, other: string, startedAt: number): Promise<void> {
  const first = await read(one)
  expect(await read(other)).toEqual(first)
  expect(await remove(other)).toBe(200)
  await expect.poll(() => read(one), patience).not.toEqual(first)
  expect(await read(other)).toEqual(await read(one))

  const answers = await Promise.all(
    Array.from({ length: 2 * LIMIT }, (_, n) => fetch(`${n % 2 ? one : other}/report`)),
  )
  const statuses = answers.map(({ status }) => status)
  expect(statuses.filter((status) => status !== 200 && status !== 429)).toEqual([])
  const allowed = statuses.filter((status) => status === 200).length
  expect(allowed).toBeLessThanOrEqual(LIMIT + Math.ceil((performance.now() - startedAt) / INTERVAL))
}

describeWithPrivateService('redis', { settings: { appendfsync: 'no' } }, (redis) => {
  test('the README has a service of 25 lines', () => {
    expect(program().trimEnd().split('\n')).toHaveLength(25)
  })

  test(
    'packed, two of it outside the workspace are one, also after Redis was away',
    { timeout: 300_000 },
    () =>
      withProject(async (project) => {
        const startedAt = performance.now()
        const [one, other] = [await start(project, redis, '20'), await start(project, redis, '24')]
        await proveOne(one, other, startedAt)

        await redis.kill()
        expect(await read(one)).toHaveProperty('at')
        expect(await remove(one)).toBe(503)
        await redis.start()
        await expect.poll(() => remove(one), patience).toBe(200)
      }),
  )
})
