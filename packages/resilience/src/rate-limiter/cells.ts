/** As many numbers for each row, in one array: a key costs eight bytes a number, and the garbage collector nothing. */
export class Cells {
  readonly #width: number
  values: Float64Array

  constructor(width: number) {
    this.#width = width
    this.values = new Float64Array(width)
  }

  resize(rows: number): void {
    const values = new Float64Array(rows * this.#width)
    values.set(this.values.subarray(0, values.length))
    this.values = values
  }

  copy(from: number, to: number): void {
    this.values.copyWithin(to * this.#width, from * this.#width, (from + 1) * this.#width)
  }
}
