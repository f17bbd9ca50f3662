import { expect, onTestFinished, test, vi } from 'vitest'

test('two copies of the package both let their lines go at a signal, and do not wait for each other', async () => {
  const kill = vi.spyOn(process, 'kill').mockReturnValue(true)
  onTestFinished(() => kill.mockRestore())
  const flushed: string[] = []
  for (const name of ['one', 'other']) {
    vi.resetModules()
    const { flushAtExit, flushAtSignal, forgetAtExit } = await import('./exit-flush.js')
    const sink = {
      writeAtOnce: () => {},
      flushLast: () => flushed.push(name),
      goOn: () => flushed.push(`${name} goes on`),
    }
    flushAtExit(sink)
    flushAtSignal(sink)
    onTestFinished(() => forgetAtExit(sink))
  }
  process.emit('SIGHUP', 'SIGHUP')

  expect(flushed.toSorted()).toEqual(['one', 'other'])
  expect(kill.mock.calls).toEqual([
    [process.pid, 'SIGHUP'],
    [process.pid, 'SIGHUP'],
  ])
  expect(process.listenerCount('SIGHUP')).toBe(0)
  // Nothing has ended it: it is the first process of a container, say.
  await new Promise((resolve) => setImmediate(resolve))
  expect(flushed.slice(2).toSorted()).toEqual(['one goes on', 'other goes on'])
})

test('who listens once to a signal is seen, and the process goes on', async () => {
  const kill = vi.spyOn(process, 'kill').mockReturnValue(true)
  onTestFinished(() => kill.mockRestore())
  vi.resetModules()
  const { flushAtSignal, forgetAtSignal } = await import('./exit-flush.js')
  const heard = vi.fn()
  process.once('SIGHUP', heard)
  const sink = { writeAtOnce: () => {}, flushLast: () => {}, goOn: () => {} }
  flushAtSignal(sink)
  process.emit('SIGHUP', 'SIGHUP')
  forgetAtSignal(sink)

  expect(heard).toHaveBeenCalledOnce()
  expect(kill).not.toHaveBeenCalled()
})
