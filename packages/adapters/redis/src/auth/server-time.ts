/** Begins a script: `now`, the server's time in whole milliseconds, and `text`, which writes a time without an exponent. */
export const SERVER_TIME = `
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local function text(time) return string.format('%.0f', time) end
`
