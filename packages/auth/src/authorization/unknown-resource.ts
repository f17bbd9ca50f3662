/**
 * What stands for a thing of which only the type is known, and whether anyone looked at it. It gives undefined for everything, a
 * `type` of its own too; what was decided by looking at it was decided by nothing.
 */
export function unknownResource(): { readonly resource: object; readonly isLookedAt: () => boolean } {
  let looked = false
  const look = <T>(answer: T): T => {
    looked = true
    return answer
  }
  const resource = new Proxy(Object.freeze({}), {
    get: () => look(undefined),
    has: () => look(false),
    ownKeys: () => look([]),
    getOwnPropertyDescriptor: () => look(undefined),
    getPrototypeOf: () => look(Object.prototype),
  })
  return { resource, isLookedAt: () => looked }
}
