export { type OpossumBreaker, opossumPolicy } from './opossum-policy.js'
