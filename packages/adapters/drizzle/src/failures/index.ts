export { withFailures } from './failures.js'
