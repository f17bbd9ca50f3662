/** What an instance may say at the level `error` while something is broken, beside the lines of requests with 503. */
const MEANT = 'Redis does not answer, and is tried again until it does'
const ERROR = 50

/** Looks through the log of the instances. */
export class Lines {
  /** Lines that should not be there, as they are. */
  readonly wrong: string[] = []
  /** How often which line came that is an error. */
  readonly errors: string[] = []

  read = (text: string): void => {
    if (!text.startsWith('{"level"')) return
    const line = JSON.parse(text) as { level: number; msg: string; 'http.response.status_code'?: number }
    if (line.level < ERROR) return
    const status = line['http.response.status_code']
    this.errors.push([line.msg, status].filter(Boolean).join(' '))
    if (!(line.msg === MEANT || status === 503)) this.wrong.push(text)
  }
}
