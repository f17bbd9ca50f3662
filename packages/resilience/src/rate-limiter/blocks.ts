import { Cells } from './cells.js'
import type { Rowed } from './rows.js'

/** Until when each row is blocked; takes no memory until the first is. */
export class Blocks implements Rowed {
  #rows = 0
  #cells: Cells | undefined

  wait(row: number, now: number): number {
    if (this.#cells === undefined) return 0
    return Math.max(0, (this.#cells.values[row] as number) - now)
  }

  block(row: number, until: number): void {
    if (this.#cells === undefined) {
      this.#cells = new Cells(1)
      this.#cells.resize(this.#rows)
    }
    this.#cells.values[row] = until
  }

  resize(rows: number): void {
    this.#rows = rows
    this.#cells?.resize(rows)
  }

  copy(from: number, to: number): void {
    this.#cells?.copy(from, to)
  }
}
