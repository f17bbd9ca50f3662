/** Gives this one object a method of its own, in front of its class's. Throws where the object is frozen. */
export function ownMethod(target: object, key: PropertyKey, value: (...args: never[]) => unknown): void {
  Object.defineProperty(target, key, { value, configurable: true, writable: true, enumerable: false })
}
