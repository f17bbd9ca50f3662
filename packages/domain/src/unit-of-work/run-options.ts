import { checkBoolean, checkOneOf, checkOptions, checkSignal, invalidOption } from '@base/core/options'
import { placeOf } from '../place.js'
import type { Isolation, Propagation, RunOptions } from './unit-of-work.js'

const PROPAGATIONS: readonly Propagation[] = ['required', 'nested', 'requires_new', 'mandatory', 'never']
/** The levels. */
export const ISOLATIONS: readonly Isolation[] = ['read committed', 'repeatable read', 'serializable']

/** Names what `run` takes. */
export const at: ReturnType<typeof placeOf> = /* @__PURE__ */ placeOf('UnitOfWork')

/** The options of a run, checked. */
export interface Run {
  readonly propagation: Propagation
  readonly isolation: Isolation | undefined
  readonly readOnly: boolean | undefined
  readonly signal: AbortSignal | undefined
}

/** Checks the options of a run. @throws InvalidOptionError naming the option. */
export function readRun(options: RunOptions): Run {
  const { propagation = 'required', isolation, readOnly, signal } = checkOptions(options, at('options'))
  return {
    propagation: checkOneOf(propagation, PROPAGATIONS, at('propagation')),
    isolation: isolation === undefined ? undefined : checkOneOf(isolation, ISOLATIONS, at('isolation')),
    readOnly: readOnly === undefined ? undefined : checkBoolean(readOnly, at('readOnly')),
    signal: checkSignal(signal, at('signal')),
  }
}

/** Refuses a run that would join a unit which is not what it asks for. @throws InvalidOptionError naming the option. */
export function checkJoin({ isolation, readOnly }: Run, around: Run): void {
  if (isolation !== undefined && isolation !== around.isolation) {
    const allowed = around.isolation === undefined ? 'left out' : `'${around.isolation}'`
    throw invalidOption(isolation, at('isolation'), `${allowed} within the unit that is open`)
  }
  if (readOnly !== undefined && readOnly !== (around.readOnly ?? false)) {
    throw invalidOption(readOnly, at('readOnly'), `${!readOnly} within the unit that is open`)
  }
}
