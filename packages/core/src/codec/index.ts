export { type Codec, type CodecOptions, createCodec, jsonCodec } from './codec.js'
export type { CodecType } from './codec-type.js'
