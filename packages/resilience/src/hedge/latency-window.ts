/** Buckets for each doubling: the upper edge of one is 2^(1/16), or 4.5 %, above its lower edge. */
const PER_DOUBLING = 16
/** Milliseconds; whatever is faster counts as this. */
const SMALLEST = 1 / 16
/** From 1/16 ms to 2^22 ms, which is 70 minutes; what is slower counts as that. */
const BUCKETS = 26 * PER_DOUBLING

/**
 * The last `size` latencies, as a histogram of buckets that grow by a constant factor: adding is a few assignments, the
 * memory is fixed, and a quantile is exact to the width of a bucket.
 */
export class LatencyWindow {
  /** How many latencies it holds. */
  count = 0
  readonly #counts = new Uint32Array(BUCKETS)
  /** The bucket of each latency, the oldest at `#next` once it is full. */
  readonly #ring: Uint16Array
  #next = 0

  constructor(size: number) {
    this.#ring = new Uint16Array(size)
  }

  /** Takes one in, and the oldest out where it is full; whether that changes the histogram. */
  add(latency: number): boolean {
    const bucket = bucketOf(latency)
    const isFull = this.count === this.#ring.length
    const oldest = isFull ? (this.#ring[this.#next] as number) : undefined
    this.#ring[this.#next] = bucket
    this.#next = (this.#next + 1) % this.#ring.length
    if (oldest === bucket) return false
    if (oldest === undefined) this.count++
    else this.#counts[oldest] = (this.#counts[oldest] as number) - 1
    this.#counts[bucket] = (this.#counts[bucket] as number) + 1
    return true
  }

  /** The upper edge of the bucket below which, or in which, that share of them is; in milliseconds. */
  quantile(share: number): number {
    // What is above it is less than what is below: seldom more than a few buckets to pass.
    const above = this.count - Math.ceil(share * this.count - 1e-9)
    let passed = 0
    for (let bucket = BUCKETS - 1; bucket > 0; bucket--) {
      passed += this.#counts[bucket] as number
      if (passed > above) return upperEdge(bucket)
    }
    return upperEdge(0)
  }
}

function bucketOf(latency: number): number {
  if (!(latency > SMALLEST)) return 0
  // Rounded up, so that the upper edge of a bucket is in it.
  const bucket = Math.ceil(Math.log2(latency / SMALLEST) * PER_DOUBLING - 1e-9)
  return Math.min(bucket, BUCKETS - 1)
}

function upperEdge(bucket: number): number {
  return SMALLEST * 2 ** (bucket / PER_DOUBLING)
}
