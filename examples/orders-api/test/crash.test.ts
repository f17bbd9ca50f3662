import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { type MainProcess, runMain, signIn } from './run-main.ts'

// The service starts in a process of its own: most of a minute on a busy machine.
vi.setConfig({ testTimeout: 180_000 })

const FAULTS = fileURLToPath(new URL('fixtures/break-on-signal.mjs', import.meta.url))

let main: MainProcess
afterEach(async () => {
  main.process.kill('SIGKILL')
  await main.ended
})

describe('a service that crashes', () => {
  test.each([
    ['by a fault that nobody catches', 'SIGUSR2', 'a fault that nobody catches', 'uncaughtException'],
    ['by a rejection that nobody handles', 'SIGURG', 'a rejection that nobody handles', 'unhandledRejection'],
  ] as const)('%s says so, answers whom it has, and ends with 1', async (_, signal, message, origin) => {
    main = runMain({ PORT: '0', DATA_DIR: 'memory://', NODE_OPTIONS: `--import=${FAULTS}` })
    const url = await main.started
    const signedIn = signIn(url)
    // Checking a password takes a while: the answer is due when it crashes.
    await vi.waitFor(async () => expect((await fetch(`${url}/health/live`)).status).toBe(200))
    main.process.kill(signal)

    expect((await signedIn).authorization).toMatch(/^Bearer eyJ/)
    expect(await main.ended).toBe(1)
    expect(main.lines()).toContainEqual(
      expect.objectContaining({ level: 60, origin, err: expect.objectContaining({ message }) }),
    )
    expect(main.lines().filter((line) => line['http.route'] === '/auth/sign-in')).toHaveLength(1)
    expect(main.output().endsWith('}\n')).toBe(true)
  })
})
