import { principal } from '@base/core/context'
import { checkFunction, checkText, invalidOption, type OptionPlace } from '@base/core/options'
import { isObject } from '../value-object/object-kind.js'

/** What a repository writes by itself, beside the entity's own properties. */
export interface TrackingOptions {
  /**
   * Writes when an entity came to be and last changed, as `Date`.
   * @defaultValue off; `true` means the properties `createdAt` and `updatedAt`
   */
  readonly timestamps?:
    | boolean
    | {
        /** The property of when it came to be. @defaultValue 'createdAt' */
        readonly createdAt?: string | undefined
        /** The property of when it last changed. @defaultValue 'updatedAt' */
        readonly updatedAt?: string | undefined
      }
    | undefined
  /**
   * Deletes by writing when, so that the row stays, unseen by reads without `includeDeleted`. Saving a deleted one with
   * the property set to null brings it back.
   * @defaultValue off; `true` means the property `deletedAt`
   */
  readonly softDelete?:
    | boolean
    | {
        /** The property of when it was deleted. @defaultValue 'deletedAt' */
        readonly deletedAt?: string | undefined
      }
    | undefined
  /**
   * Writes who made and last changed an entity.
   * @defaultValue off; `true` means the properties `createdBy` and `updatedBy`, and the id of the principal in context
   */
  readonly audit?:
    | boolean
    | {
        /** The property of who made it. @defaultValue 'createdBy' */
        readonly createdBy?: string | undefined
        /** The property of who last changed it. @defaultValue 'updatedBy' */
        readonly updatedBy?: string | undefined
        /** Who does it now, `null` for nobody. @defaultValue the id of the principal in context */
        readonly by?: (() => string | null) | undefined
      }
    | undefined
}

/** The same, checked, with nothing left to default. */
export interface Tracking {
  /** The properties of the times; undefined where none are kept. */
  readonly timestamps: { readonly createdAt: string; readonly updatedAt: string } | undefined
  /** The property of a deletion; undefined where rows are deleted at once. */
  readonly deletedAt: string | undefined
  /** The properties of who did it, and who does; undefined where it is not kept. */
  readonly audit:
    | { readonly createdBy: string; readonly updatedBy: string; readonly by: () => string | null }
    | undefined
}

/** Checks the options and fills in their defaults: for those who write a repository. @throws InvalidOptionError naming the option. */
export function readTracking(options: TrackingOptions, place: Omit<OptionPlace, 'option'>): Tracking {
  const { timestamps, softDelete, audit } = options
  const at = (option: string): OptionPlace => ({ ...place, option })
  const times = { createdAt: 'createdAt', updatedAt: 'updatedAt' }
  const people = readNames(audit, { createdBy: 'createdBy', updatedBy: 'updatedBy' }, at('audit'))
  return {
    timestamps: readNames(timestamps, times, at('timestamps')),
    deletedAt: readNames(softDelete, { deletedAt: 'deletedAt' }, at('softDelete'))?.deletedAt,
    audit: people && { ...people, by: readBy(audit, at('audit.by')) },
  }
}

function readNames<Names extends Record<string, string>>(
  given: unknown,
  defaults: Names,
  place: OptionPlace,
): Names | undefined {
  if (given === undefined || given === false) return undefined
  if (given !== true && !isObject(given))
    throw invalidOption(given, place, 'true, false or an object of property names')
  const names: Record<string, unknown> = { ...defaults, ...(isObject(given) ? given : {}) }
  for (const [name, otherwise] of Object.entries(defaults)) {
    if (names[name] === undefined) names[name] = otherwise
    checkText(names[name], { ...place, option: `${place.option}.${name}` })
  }
  return names as Names
}

function readBy(audit: TrackingOptions['audit'], place: OptionPlace): () => string | null {
  if (typeof audit === 'object' && audit.by !== undefined) return checkFunction(audit.by, place)
  return () => principal.get()?.id ?? null
}
