export { guardPool } from './guard-pool.js'
