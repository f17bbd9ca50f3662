export { Tokens, type TokensOptions } from './tokens.js'
