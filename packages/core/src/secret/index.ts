export { isSecret, type Secret, secret } from './secret.js'
