import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describeWithService } from '@base-internal/tools/services'
import { afterEach, expect, test } from 'vitest'

describeWithService('redis', (redis) => {
  const children = new Set<ChildProcess>()
  afterEach(() => {
    for (const child of children) child.kill('SIGKILL')
    children.clear()
  })

  const start = (key: string, ttl: number) => {
    const file = join(import.meta.dirname, 'test-process.ts')
    const child = spawn(process.execPath, [file, redis.url, key, `${ttl}`], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    children.add(child)
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    const line = async () => String((await lines.next()).value)
    const write = () => {
      child.stdin.write('write\n')
      return line()
    }
    return { child, line, write }
  }

  test('of two holders, one stopped past its lease, only one writes with a valid fencing token', async () => {
    const slow = start('two holders', 500)
    const lost = BigInt(await slow.line())
    slow.child.kill('SIGSTOP')
    const quick = start('two holders', 60_000)
    const token = BigInt(await quick.line())
    expect(token > lost).toBe(true)
    expect(await quick.write()).toBe('1 false')
    slow.child.kill('SIGCONT')
    expect(await slow.write()).toBe('0 true')
  })
})
