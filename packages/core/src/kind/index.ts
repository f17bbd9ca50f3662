export { type BuiltIns, isBuiltIn } from './is-built-in.js'
export { isPlainObject } from './is-plain-object.js'
