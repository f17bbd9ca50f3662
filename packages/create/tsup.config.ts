export { default } from '../../tools/build/tsup.ts'
