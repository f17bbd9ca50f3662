/**
 * Loaded into a service before its own code (`--import`): asked over the channel to its parent it answers with what the process has
 * used. The service sees nothing of it.
 */
export interface Usage {
  /** Processor time since the start of the process, in microseconds: in the process and in the system for it. */
  readonly cpu: number
  /** Memory, in bytes. */
  readonly rss: number
}

/** What it is asked: `collected` to collect garbage before, after which code runs slower for seconds. */
export type Question = 'now' | 'collected'

process.on('message', (question: Question) => {
  if (question === 'collected') (globalThis as { gc?: () => void }).gc?.()
  const { user, system } = process.cpuUsage()
  const usage: Usage = { cpu: user + system, rss: process.memoryUsage.rss() }
  process.send?.(usage)
})
// It must not keep the process alive.
process.channel?.unref()
