declare module 'opossum-8' {
  export { default } from 'opossum'
}

declare module 'opossum-9' {
  export { default } from 'opossum'
}
