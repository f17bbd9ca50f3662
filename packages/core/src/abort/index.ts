export { untilAborted } from './until-aborted.js'
