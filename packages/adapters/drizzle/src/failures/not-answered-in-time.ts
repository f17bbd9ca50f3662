/** What node-postgres says, without a code, where no answer came within its `query_timeout`. */
export const NOT_ANSWERED_IN_TIME: RegExp = /^Query read timeout$/
