import { type } from 'arktype'
import { describe, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import { type ConfigSource, describeConfig, loadConfig, sourceOf } from './index.js'

describe('loadConfig', () => {
  const schema = z.object({
    port: z.coerce.number().default(3000),
    log: z.object({ level: z.enum(['debug', 'info']), tags: z.array(z.string()) }),
  })

  test('gives what the schema gives', async () => {
    const config = await loadConfig(schema)
    expectTypeOf(config.port).toEqualTypeOf<number>()
    expectTypeOf(config.log.level).toEqualTypeOf<'debug' | 'info'>()
    expectTypeOf(await loadConfig(type({ port: 'string.numeric.parse' }))).toEqualTypeOf<
      Readonly<{ port: number }>
    >()
    // @ts-expect-error it is frozen
    config.port = 1
  })

  test('takes some of what the schema takes as values', async () => {
    await loadConfig(schema, { values: { log: { level: 'debug' } } })
    // @ts-expect-error no such level
    await loadConfig(schema, { values: { log: { level: 'loud' } } })
    // @ts-expect-error no such key
    await loadConfig(schema, { values: { prot: 1 } })
    // @ts-expect-error no such mode
    await loadConfig(schema, { unknown: 'warning' })
  })

  test('says where a setting comes from', async () => {
    expectTypeOf(sourceOf(await loadConfig(schema), 'port')).toEqualTypeOf<ConfigSource | undefined>()
  })

  test('describes what can describe itself', () => {
    expectTypeOf(describeConfig(schema).envExample).toEqualTypeOf<string>()
    // @ts-expect-error no schema
    describeConfig({})
  })
})
