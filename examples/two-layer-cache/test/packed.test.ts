import { join } from 'node:path'
import { startProgram, withExample } from '@base-internal/tools/consumer'
import { describeWithPrivateService } from '@base-internal/tools/services'
import { expect, test } from 'vitest'

const read = async (url: string) => (await fetch(url)).text()

describeWithPrivateService('redis', {}, (redis) => {
  test(
    'out of tarballs, two processes share what one computed, forget together, and read on without Redis',
    { timeout: 300_000 },
    () =>
      withExample(join(import.meta.dirname, '..'), async (project) => {
        const program = { file: 'src/main.ts', env: { PORT: '0', REDIS_URL: redis.url } }
        const one = await startProgram(project, { ...program, node: '22' })
        const other = await startProgram(project, { ...program, node: '24' })
        const first = await read(one)
        expect(JSON.parse(first)).toMatchObject({ year: '2026' })
        expect(await read(other)).toBe(first)

        await fetch(other, { method: 'DELETE' })
        await expect.poll(() => read(one)).not.toBe(first)
        const second = await read(one)
        expect(await read(other)).toBe(second)

        await redis.kill()
        expect(await read(one)).toBe(second)
        expect(JSON.parse(await read(`${new URL('/2027', one)}`))).toMatchObject({ year: '2027' })
        expect((await fetch(new URL('/favicon.ico', one))).status).toBe(404)
      }),
  )
})
