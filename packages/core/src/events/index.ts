export { Emitter, type EmitterOptions, type Listener } from './emitter.js'
export { type CallbackPlace, reportCallbackError } from './report-callback-error.js'
