import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describeWithPrivateService } from '@base-internal/tools/services'
import { expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '..', '..')

/** The README's program of this subpath, and what it says that it shows. */
function snippet(): { code: string; shown: string } {
  const blocks = readFileSync(join(ROOT, 'README.md'), 'utf8').matchAll(/```ts no-run\n([\s\S]*?)```/g)
  const code =
    [...blocks].map(([, text]) => text ?? '').find((text) => text.includes('@base/redis/cache')) ?? ''
  return { code, shown: /\/\/ → (.*)/.exec(code)?.[1] ?? '' }
}

describeWithPrivateService('redis', {}, (redis) => {
  test("the README's program shows what it says, on a server", { timeout: 30_000 }, async () => {
    const { code, shown } = snippet()
    const folder = join(ROOT, '.cache', `readme-${process.pid}`)
    mkdirSync(folder, { recursive: true })
    try {
      const file = join(folder, 'cache.mts')
      writeFileSync(file, code)
      const env = { ...process.env, REDIS_URL: redis.url }
      const { stdout } = await promisify(execFile)(process.execPath, [file], { env, timeout: 20_000 })
      expect(shown).not.toBe('')
      expect(stdout.trim()).toBe(shown)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
