export { isAbortSignal } from './is-abort-signal.js'
export { onAbort } from './on-abort.js'
export { untilAborted } from './until-aborted.js'
