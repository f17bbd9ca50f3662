export { Tokens, type TokensOptions } from './tokens/index.js'
