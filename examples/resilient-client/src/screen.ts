import type { Scene } from './simulate.ts'
import { phaseLine, phaseTable, savingsTable } from './table.ts'

/** Where it is written to. */
export type Output = Pick<NodeJS.WriteStream, 'write'> & { readonly isTTY?: boolean; readonly rows?: number }

/** Shows a play while it goes on: a table that is written over in a terminal, else a line for each phase. */
export class Screen {
  readonly #output: Output
  #height = 0
  #phases = 0

  constructor(output: Output) {
    this.#output = output
  }

  show(scene: Scene): void {
    if (this.#output.isTTY) this.#redraw(scene)
    else this.#tell(scene)
  }

  /** How it ended: the same in a terminal as elsewhere. */
  end(scene: Scene, closing: readonly string[]): void {
    this.#clear()
    this.#write(['', ...phaseTable(scene), '', ...savingsTable(scene.savings), '', ...closing])
  }

  #redraw(scene: Scene): void {
    const { time, circuit, savings } = scene
    const seconds = (time / 1_000).toFixed(1).padStart(5)
    const lines = [
      `${seconds} s · the circuit is ${circuit}`,
      '',
      ...phaseTable(scene),
      '',
      ...savingsTable(savings),
    ]
    // What has left the top of a terminal cannot be written over.
    const visible = lines.slice(0, (this.#output.rows ?? lines.length + 1) - 1)
    this.#clear()
    this.#write(visible)
    this.#height = visible.length
  }

  /** A phase is told when the next one begins; calls of its last moment may still be under way. */
  #tell({ time, circuit, rows }: Scene): void {
    if (rows.length > this.#phases && rows.length > 1) {
      const last = rows.at(-2)
      const seconds = `${Math.floor(time / 1_000)} s`.padStart(6)
      if (last !== undefined) this.#write([`${seconds}  ${phaseLine(last)}   circuit ${circuit}`])
    }
    this.#phases = rows.length
  }

  #clear(): void {
    // Up to the first line, and away with all below.
    if (this.#height > 0) this.#output.write(`\u001b[${this.#height}A\u001b[0J`)
    this.#height = 0
  }

  #write(lines: readonly string[]): void {
    this.#output.write(`${lines.join('\n')}\n`)
  }
}
