export { isAbortSignal } from './is-abort-signal.js'
export { untilAborted } from './until-aborted.js'
