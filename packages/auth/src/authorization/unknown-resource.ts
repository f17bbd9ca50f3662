/** What stands for a thing of which only the type is known, and whether anyone looked at more than that. */
export interface UnknownResource {
  readonly resource: object
  isLookedAt(): boolean
}

/** Gives `type`, and undefined for everything else; what was decided by looking at it was decided by nothing. */
export function unknownResource(type: string): UnknownResource {
  let looked = false
  const look = <T>(answer: T): T => {
    looked = true
    return answer
  }
  const resource = new Proxy(Object.freeze({ type }), {
    get: (_, key) => (key === 'type' ? type : look(undefined)),
    has: (_, key) => key === 'type' || look(false),
    ownKeys: () => look(['type']),
    getOwnPropertyDescriptor: (target, key) => look(Object.getOwnPropertyDescriptor(target, key)),
    getPrototypeOf: () => look(Object.prototype),
  })
  return { resource, isLookedAt: () => looked }
}
