import { type ContextKey, createContextKey, runInContext } from '@base/core/context'

/** A unit that was opened on something, as far as those need to know who come past it. */
export interface OpenUnit {
  /** The pool or the client that it took its connection from. */
  readonly resource: object
  /** Whether it has not ended. */
  readonly isOpen: boolean
  /** Refuses to go on where a statement of it has failed. @throws TransactionAbortedError */
  ensureSound(): void
  /** Tells later whether what is done here was taken back; `undefined` of what is the whole's. */
  undoing(): (() => boolean) | undefined
  /** Runs a nested unit in its turn; the signal ends the wait. */
  nested<R>(unit: () => Promise<R>, signal: AbortSignal | undefined): Promise<R>
}

/** A run of a unit of work, within another or not. Runs that join open no unit. */
interface Scope {
  readonly owner: object
  readonly parent: Scope | undefined
  unit?: OpenUnit
}

const scope: ContextKey<Scope> = createContextKey('@base/drizzle/unit-of-work')

/** Runs a function in a scope of its own, for the unit that it opens. */
export function inScope<R>(owner: object, fn: () => R): R {
  let parent = scope.get()
  // What goes on from unit to unit, as a job that plans its next run, would hold all that it ever opened.
  while (parent !== undefined && parent.unit?.isOpen !== true) parent = parent.parent
  return runInContext([[scope, { owner, parent }]], fn)
}

/** Notes that the scope here has opened a unit. */
export function noteUnit(unit: OpenUnit): void {
  const here = scope.get()
  if (here !== undefined) here.unit = unit
}

/** The open units around this call that hold a connection of that resource, the innermost first, with their owners. */
export function unitsAround(resource: object): { readonly unit: OpenUnit; readonly owner: object }[] {
  const found = []
  for (let here = scope.get(); here !== undefined; here = here.parent) {
    const { unit, owner } = here
    if (unit?.resource === resource && unit.isOpen) found.push({ unit, owner })
  }
  return found
}

/** Whether this call is made in that unit, be it open or not. */
export function isWithin(unit: OpenUnit): boolean {
  for (let here = scope.get(); here !== undefined; here = here.parent) if (here.unit === unit) return true
  return false
}

/** The innermost open unit around this call that was opened by an owner. */
export function unitOf(owner: object): OpenUnit | undefined {
  for (let here = scope.get(); here !== undefined; here = here.parent)
    if (here.owner === owner && here.unit?.isOpen === true) return here.unit
  return undefined
}
