import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import {
  type Consumer,
  inParallel,
  type NodeVersion,
  nodeBinary,
  pack,
  publicPackages,
  run,
  withConsumer,
  withDependencies,
} from '@base-internal/tools/consumer'
import { describeWithService } from '@base-internal/tools/services'
import { expect, onTestFinished, test } from 'vitest'
import type { Choices } from './choices.js'
import { nameOf, pairwise } from './fixtures/combinations.js'
import { versions } from './versions.js'

const ROOT = join(import.meta.dirname, '..', '..', '..')
const LONG = 600_000

type Environment = Readonly<Record<string, string>>

/** A project with the packed packages, and all that any service depends on: one installation for all services in it. */
async function withInstalled(use: (project: Consumer) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'base-tarballs-'))
  try {
    const workspace = publicPackages(ROOT)
    const needed = workspace.filter(({ manifest: { name } }) => name === '@base/create' || name in versions)
    const tarballs = await inParallel(
      withDependencies(needed, workspace).map((pkg) => () => pack(pkg, folder)),
      2,
    )
    const others = Object.entries(versions).filter(([name]) => !name.startsWith('@base'))
    await withConsumer({ tarballs, peers: 'required', dependencies: Object.fromEntries(others) }, use)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Makes a service as a user does, on the oldest Node. */
async function make({ folder }: Consumer, choices: Choices): Promise<string> {
  const name = nameOf(choices)
  const command = join(folder, 'node_modules/@base/create/dist/main.js')
  const flags = Object.entries(choices).flatMap(([axis, value]) => [`--${axis}`, value])
  const { code, stderr } = await run(nodeBinary('20'), [command, name, ...flags], folder)
  expect([code, stderr]).toEqual([0, ''])
  return join(folder, name)
}

function start(node: NodeVersion, service: string, args: readonly string[], environment: Environment) {
  return spawn(nodeBinary(node), args, {
    cwd: service,
    env: { PATH: process.env['PATH'] ?? '', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

/** What its tests say of themselves on the oldest Node that runs them, and how many passed and failed. */
async function counts(service: string, environment: Environment) {
  // In one process, which is all the same for the tests, and fast.
  const args = ['--test', '--experimental-test-isolation=none', '--test-reporter=tap', 'test/**/*.test.ts']
  const child = start('22', service, args, environment)
  const [said] = await Promise.all([text(child.stdout), once(child, 'close')])
  const count = (what: string) => Number(new RegExp(`^# ${what} (\\d+)$`, 'm').exec(said)?.[1])
  return { said, passed: count('pass'), failed: count('fail') }
}

/** Compiles all of them at once, by the settings that each of them has. */
async function compile(project: Consumer, services: readonly string[]): Promise<string> {
  const [first = ''] = services
  const settings = {
    extends: join(first, 'tsconfig.json'),
    compilerOptions: { rootDir: project.folder },
    include: services.map((service) => `${service}/**/*.ts`),
  }
  const file = project.write('tsconfig.json', JSON.stringify(settings))
  const tsc = join(project.folder, 'node_modules/typescript/bin/tsc')
  return (await run(process.execPath, [tsc, '-p', file], project.folder)).stdout
}

describeWithService('postgres', (postgres) => {
  describeWithService('redis', (redis) => {
    test(
      'out of the tarball, services in which every two choices meet compile and pass their tests',
      { timeout: LONG },
      () =>
        withInstalled(async (project) => {
          const services = await inParallel(
            pairwise().map((choices) => () => make(project, choices)),
            2,
          )
          expect(await compile(project, services)).toBe('')
          const environment = { TEST_DATABASE_URL: postgres.url, REDIS_URL: redis.url }
          const outcomes = await inParallel(
            services.map((service) => () => counts(service, environment)),
            2,
          )
          for (const { said, passed, failed } of outcomes) {
            expect(failed, said).toBe(0)
            expect(said).not.toContain('# SKIP')
            expect(passed).toBeGreaterThan(5)
          }
          const bare = await counts(
            services.find((service) => service.includes('postgres-redis-jwt')) ?? '',
            {},
          )
          expect(bare.failed, bare.said).toBe(0)
          expect(bare.said).toContain('# SKIP Set REDIS_URL and TEST_DATABASE_URL to run it.')
          await serve(services.find((service) => service.includes('pglite-memory')) ?? '')
        }),
    )
  })
})

/** Starts one as its README says, asks it, and stops it as a platform does. */
async function serve(service: string): Promise<void> {
  copyFileSync(join(service, '.env.example'), join(service, '.env'))
  const child = start('24', service, ['src/main.ts'], { PORT: '0', OPS_PORT: '0' })
  onTestFinished(() => void child.kill('SIGKILL'))
  let key: string | undefined
  let url = ''
  for await (const line of createInterface({ input: child.stdout })) {
    key ??= /^The API key .*: (\S+)$/.exec(line)?.[1]
    if (!line.startsWith('{')) continue
    const said: { readonly url?: string } = JSON.parse(line)
    url = `${said.url}/notes`
    if (said.url !== undefined) break
  }
  const send = (headers: Record<string, string>) =>
    fetch(url, { method: 'POST', headers: { connection: 'close', ...headers }, body: '{"text":"hello"}' })
  expect((await send({})).status).toBe(401)
  expect((await send({ authorization: `Bearer ${key}` })).status).toBe(201)

  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([0, null])
}
