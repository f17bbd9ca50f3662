/** Classes of which a copy has answered as the original did. */
const whole = /* @__PURE__ */ new WeakSet<object>()

/**
 * Whether a copy has all that its class reads. Nobody sees private fields from outside, so the getters that name some are
 * asked; once for each class.
 */
export function isWhole(copy: object, original: object): boolean {
  const prototype: object | null = Object.getPrototypeOf(original)
  if (prototype === null || whole.has(prototype)) return true
  for (const read of privateReaders(prototype)) {
    if (fails(read, copy) && !fails(read, original)) return false
  }
  whole.add(prototype)
  return true
}

/** Also of those that a compiler took the private fields from. */
function* privateReaders(prototype: object | null): Iterable<() => unknown> {
  for (let owner = prototype; owner !== null; owner = Object.getPrototypeOf(owner)) {
    for (const { get } of Object.values(Object.getOwnPropertyDescriptors(owner)))
      if (get !== undefined && /#|private/i.test(Function.prototype.toString.call(get))) yield get
  }
}

function fails(read: () => unknown, entity: object): boolean {
  try {
    read.call(entity)
    return false
  } catch {
    return true
  }
}
