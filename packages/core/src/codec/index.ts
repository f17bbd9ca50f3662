export { decodeBase64Url, encodeBase64Url } from './base64.js'
export { type Codec, type CodecOptions, createCodec, jsonCodec } from './codec.js'
export type { CodecType } from './codec-type.js'
