import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { afterEach } from 'vitest'

/** A Node process that a test talks with, line by line. */
export class TestProcess {
  readonly child: ChildProcess
  readonly #lines: AsyncIterator<string>

  constructor(file: string, args: readonly string[]) {
    const child = spawn(process.execPath, [file, ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
    // Who is killed does not read what he was told last.
    child.stdin.on('error', () => {})
    this.child = child
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  }

  /** Sends a line to its standard input. */
  tell(line: string): void {
    this.child.stdin?.write(`${line}\n`)
  }

  /** The next line that it prints; rejects where it has ended. */
  async hear(): Promise<string> {
    const { value, done } = await this.#lines.next()
    if (done) throw new Error('The process has ended.')
    return value
  }

  /** Sends a line, and gives the next one that it prints. */
  ask(line: string): Promise<string> {
    this.tell(line)
    return this.hear()
  }

  /** Kills it, as a crash does, and waits until it has gone. */
  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return
    const gone = once(this.child, 'exit')
    this.child.kill('SIGKILL')
    await gone
  }
}

/** Starts a file in processes of its own; called where tests are registered, for after each of them those left are killed. */
export function testProcesses(file: string): (...args: readonly string[]) => TestProcess {
  const running = new Set<TestProcess>()
  afterEach(async () => {
    await Promise.all([...running].map((each) => each.kill()))
    running.clear()
  })
  return (...args) => {
    const started = new TestProcess(file, args)
    running.add(started)
    return started
  }
}
