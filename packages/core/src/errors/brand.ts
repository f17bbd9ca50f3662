/** A registered symbol, so that two copies of core in one process recognise each other's errors. */
export const BRAND: symbol = Symbol.for('@base/core/error')
