import type { Feature, TestPart } from '../features/feature.js'
import { importsOf } from './imports.js'
import { block } from './lines.js'

const IMPORTS = {
  'node:test': ['after', 'describe'],
  '@base/core/config': ['loadConfig'],
  '@base/observability/testing': ['memoryLogger'],
  '../src/config.ts': ['Config'],
  '../src/service.ts': ['createService'],
}

type Lines = Exclude<keyof TestPart, 'imports' | 'needs' | 'setup' | 'shows'>

/** `test/start-service.ts`: a service that tests ask over HTTP. */
export function startServiceFile(features: readonly Feature[]): string {
  const parts = features.flatMap(({ test = [] }) => test)
  const needs = parts.flatMap((part) => Object.keys(part.needs ?? {}))
  const shows = parts.flatMap((part) => part.shows ?? [])
  const all = (of: Lines, indent: number) => block(linesOf(parts, of), indent)
  return `${importsOf([IMPORTS, ...parts.map(({ imports = {} }) => imports)])}

/** The environment of every service under test. */
export const environment = {
  ...process.env,
  PORT: '0',
${all('environment', 2)}}

/** Starts a service at a free port: what it has logged, and what each request to it has. */
export async function startService(more: Readonly<Record<string, string>> = {}) {
${all('before', 2)}  const config = await loadConfig(Config, {
    env: ${envOf(all('settings', 6))},
    files: [],
    emptyStringAsUndefined: true,
  })
  const log = memoryLogger()
  const service = createService(config, ${telemetryOf(linesOf(parts, 'telemetry'))})
  await service.lifecycle.start()
${all('started', 2)}  const headers: Record<string, string> = {
    'content-type': 'application/json',
${all('headers', 4)}  }
  const stop = async () => {
    await service.lifecycle.stop()
${all('stopped', 4)}  }
  return { ${['...service', 'log', 'headers', ...shows, 'stop'].join(', ')} }
}
${needs.length === 0 ? '' : skipOf(needs)}
/** A service that a test asks. */
export type TestService = Awaited<ReturnType<typeof startService>>

/** Tests of a service that is started when one of them first asks for it, and stopped after them. */
export function describeService(name: string, tests: (service: () => Promise<TestService>) => void): void {
  describe(name, ${needs.length === 0 ? '' : '{ skip }, '}() => {
    let started: Promise<TestService> | undefined
    after(async () => (await started)?.stop())
    tests(() => {
      started ??= startService()
      return started
    })
  })
}
`
}

function envOf(settings: string): string {
  return settings === ''
    ? '{ ...environment, ...more }'
    : `{\n      ...environment,\n${settings}      ...more,\n    }`
}

function linesOf(parts: readonly TestPart[], of: Lines): readonly string[] {
  return parts.flatMap((part) => part[of] ?? [])
}

function telemetryOf(more: readonly string[]): string {
  return `{ ${[...more, 'logger: log.logger'].join(', ')} }`
}

function skipOf(needs: readonly string[]): string {
  return `
const missing = [${needs.map((name) => `'${name}'`).join(', ')}].filter((name) => !process.env[name])
/** Why tests that start a service are skipped; false where they are not. */
export const skip = missing.length > 0 && \`Set \${missing.join(' and ')} to run it.\`
`
}
