import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { correlationId, runInContext } from '@base/core/context'
import { type DestinationStream, multistream, transport } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { createLogger, type LoggerOptions } from './index.js'

/** What the targets `info` and `error` of a worker of pino have written in the end. */
async function targetsOf(options: Partial<LoggerOptions>, depth: number) {
  const folder = mkdtempSync(join(tmpdir(), 'targets-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const worker = transport({
    targets: ['info', 'error'].map((level) => ({
      target: 'pino/file',
      level,
      options: { destination: join(folder, level) },
    })),
  })
  await once(worker, 'ready')
  let destination: DestinationStream = worker
  for (let left = depth; left > 0; left--) destination = multistream([{ level: 'info', stream: destination }])
  const logger = createLogger({ service: 'a', destination, ...options })
  runInContext([[correlationId, 'r']], () => {
    logger.debug({ level: 'gold', ownLevel: 'gold' }, 'flat')
    logger.debug({ within: {} }, 'deep')
    logger.info({ level: 'gold' }, 'printed')
    logger.error('failed')
  })
  worker.end()
  await once(worker, 'close')
  const [info, error] = ['info', 'error'].map((level) =>
    readFileSync(join(folder, level), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>),
  )
  return { info, error }
}

const told = { ecs: { level: 50, 'log.level': 'debug' }, json: { level: 50, ownLevel: 20 } }
const sampled = { ecs: { level: 30, 'log.level': 'debug' }, json: { level: 30, ownLevel: 20 } }

test.each([
  ['ecs', 0],
  ['json', 0],
  ['ecs', 1],
  ['ecs', 2],
] as const)(
  'targets of a worker get lines in %s, also those that were kept (within %i multistreams)',
  async (format, depth) => {
    const key = format === 'ecs' ? 'message' : 'msg'
    const { info, error } = await targetsOf({ format, buffer: {} }, depth)
    expect(info).toMatchObject([
      { [key]: 'printed', level: 30, level_: 'gold' },
      { [key]: 'flat', ...told[format], level_: 'gold' },
      { [key]: 'deep', ...told[format] },
      { [key]: 'failed', level: 50 },
    ])
    expect(info?.[3]).not.toHaveProperty('ownLevel')
    expect(error?.map((line) => line[key])).toEqual(['flat', 'deep', 'failed'])
  },
)

test.each(['ecs', 'json'] as const)('and those of a trace that is sampled, in %s', async (format) => {
  const key = format === 'ecs' ? 'message' : 'msg'
  const { info, error } = await targetsOf({ format, sampling: { ratio: 1 } }, 0)
  expect(info?.slice(0, 2)).toMatchObject([
    { [key]: 'flat', ...sampled[format] },
    { [key]: 'deep', ...sampled[format] },
  ])
  expect(error?.map((line) => line[key])).toEqual(['failed'])
})
