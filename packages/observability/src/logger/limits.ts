/** Objects within objects beyond this depth are named instead of shown. */
export const MAX_DEPTH = 10
/** Properties of an object, or items of an array, that are shown. */
export const MAX_ITEMS = 1_000
/** UTF-16 units of one text that are shown. */
export const MAX_TEXT = 16_384
/** UTF-16 units of a key, and of an id of the context, that are shown. */
export const MAX_KEY = 256
/** UTF-16 units of what a call says, within one text more or less; and, within one field, of what its logger says in all lines. */
export const MAX_LINE = 262_144
/** Causes within causes that are shown. */
export const MAX_CAUSES = 5
/** Errors of an aggregate that are shown. */
export const MAX_ERRORS = 10
