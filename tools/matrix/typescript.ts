// TypeScript 7 has no stable API yet: tools that read code use the one of version 6.
export { default as ts } from 'typescript-6'
