/** How many prototypes an instance of its class has; a Date of fake timers names the real one as its class. */
export function levelsOf(instance: object): number {
  let levels = 0
  let at: unknown = instance.constructor?.prototype
  for (; typeof at === 'object' && at !== null; levels++) at = Object.getPrototypeOf(at)
  return levels
}
